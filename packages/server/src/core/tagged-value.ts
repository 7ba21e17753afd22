/**
 * The form of values in requests and answers. `plain`: strings, numbers and null. `tagged`: a value that JSON, JavaScript or the column
 * would change is an object that names its type, so a client can send it back exactly as it was read.
 */
export type ValueFormat = 'plain' | 'tagged';

/**
 * A value in a plain answer: an integer beyond ±(2^53−1) is its digits as a string, `Infinity` and `-Infinity` are these words, and a BLOB
 * is base64.
 */
export type PlainValue = string | number | null;

/** A value with the name of its type in SQLite. */
export type TaggedValue =
  /** Base64 (RFC 4648, section 4). */
  | { readonly $blob: string }
  /** Decimal digits. */
  | { readonly $integer: string }
  /** A decimal number, `Infinity` or `-Infinity`. */
  | { readonly $real: string }
  | { readonly $text: string }
  /** A text that is not valid Unicode: its bytes as base64, in the encoding of the database. */
  | { readonly $text_bytes: string };

export type Tag = '$blob' | '$integer' | '$real' | '$text' | '$text_bytes';

/** Each tag with a description of what its string must be. A missing tag does not compile. */
export const TAGS: Readonly<Record<Tag, string>> = {
  $blob: 'base64 (RFC 4648, section 4, with padding)',
  $integer: 'a 64-bit integer in decimal digits',
  $real: 'a 64-bit floating-point number, Infinity or -Infinity',
  $text: 'well-formed Unicode',
  $text_bytes: 'base64 (RFC 4648, section 4, with padding)',
};

/** Whether a client's value is an object with one tag and a string. The string is unchecked. */
export function isTaggedValue(value: unknown): value is TaggedValue {
  if (typeof value !== 'object' || value === null) return false;
  const [entry, ...others] = Object.entries(value);
  return entry !== undefined && others.length === 0 && isTag(entry[0]) && typeof entry[1] === 'string';
}

/** The tag of a value and its string. */
export function tagOf(value: TaggedValue): readonly [tag: Tag, content: string] {
  const [entry] = Object.entries(value) as [[Tag, string]];
  return entry;
}

/** A value as plain answers show it. */
export function untagged(value: PlainValue | TaggedValue): PlainValue {
  if (!isTaggedValue(value)) return value;
  const [tag, content] = tagOf(value);
  const number = tag === '$real' ? Number(content) : NaN;
  return Number.isFinite(number) ? number : content;
}

function isTag(name: string): name is Tag {
  return Object.hasOwn(TAGS, name);
}
