import { isUtf8 } from 'node:buffer';

/** Detects text that is not valid UTF-8: SQLite stores any bytes as text. */
export class TextCheck {
  #isValid = true;

  /** Returns the bytes unchanged. */
  kept(bytes: Uint8Array): Uint8Array {
    this.#isValid &&= isUtf8(bytes);
    return bytes;
  }

  /** Returns the bytes with U+FFFD for invalid sequences, for formats that must be valid UTF-8. */
  repaired(bytes: Uint8Array): Uint8Array {
    if (isUtf8(bytes)) return bytes;
    this.#isValid = false;
    return Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), 'utf8');
  }

  /** @param consequence how the export represents such text. */
  warnings(consequence: string): readonly string[] {
    return this.#isValid ? [] : [`some text is not valid UTF-8: ${consequence}`];
  }
}
