import { isUtf8 } from 'node:buffer';

/** Whether all that was written is the UTF-8 that the file claims to be: SQLite takes any bytes for a text. */
export class TextCheck {
  #isValid = true;

  /** The bytes as they are. */
  kept(bytes: Uint8Array): Uint8Array {
    this.#isValid &&= isUtf8(bytes);
    return bytes;
  }

  /** With U+FFFD for bytes that make no character: for a format that has no place for them. */
  repaired(bytes: Uint8Array): Uint8Array {
    if (isUtf8(bytes)) return bytes;
    this.#isValid = false;
    return Buffer.from(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), 'utf8');
  }

  /** @param consequence what was done with such text. */
  warnings(consequence: string): readonly string[] {
    return this.#isValid ? [] : [`some text is not valid UTF-8: ${consequence}`];
  }
}
