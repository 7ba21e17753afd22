import { invalidField } from '../../../core/errors.ts';

const MAX_BYTES = 200;
const FIELD = 'body.file_name';

/**
 * Returns the name of a downloaded file: the requested name or `defaultStem`, with the format's extension. The name is used
 * in a header and on the client's disk, so it must not contain a path or disguise its type.
 * @throws RowhouseError `validation_failed` with the field and the broken rule.
 */
export function downloadName(requested: string | undefined, defaultStem: string, extension: string): string {
  const name = requested ?? defaultStem;
  if (requested !== undefined) refuseUnsafeName(requested);
  const full = name.toLowerCase().endsWith(`.${extension}`) ? name : `${name}.${extension}`;
  const sizeBytes = Buffer.byteLength(full);
  if (sizeBytes > MAX_BYTES) {
    throw invalidField(
      FIELD,
      `must be at most ${MAX_BYTES} bytes of UTF-8 with its extension; it has ${sizeBytes}`,
    );
  }
  return full;
}

/** Converts a name to a file name: characters that file names do not allow become `_`. */
export function fileStem(name: string): string {
  const plain = name
    .toWellFormed()
    .replaceAll(/[/\\"\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu, '_')
    .replaceAll(/^\s+|(?<!\s)\s+$/g, '_');
  return shortened(plain === '.' || plain === '..' ? '_' : plain);
}

/** Shortens a text so that an extension fits after it. */
function shortened(text: string): string {
  let kept = '';
  for (const character of text) {
    if (Buffer.byteLength(kept + character) > MAX_BYTES - LONGEST_EXTENSION) return kept;
    kept += character;
  }
  return kept;
}

const LONGEST_EXTENSION = 20;

function refuseUnsafeName(name: string): void {
  if (name.trim() === '') throw invalidField(FIELD, 'must not be empty');
  if (name !== name.trim()) throw invalidField(FIELD, 'must not begin or end with a space');
  if (/[/\\]/.test(name) || name === '.' || name === '..') {
    throw invalidField(FIELD, 'must be a plain file name without a path');
  }
  if (/[\p{Cc}\u2028\u2029]/u.test(name)) throw invalidField(FIELD, 'must not contain control characters');
  // These characters reverse the display order of text, so gpj.exe appears as exe.jpg.
  if (/[\u202a-\u202e\u2066-\u2069]/.test(name)) {
    throw invalidField(FIELD, 'must not contain characters that change the direction of text');
  }
  if (name.includes('"')) throw invalidField(FIELD, 'must not contain "');
  if (!name.isWellFormed()) throw invalidField(FIELD, 'must be valid Unicode');
}
