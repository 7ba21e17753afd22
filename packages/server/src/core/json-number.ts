/**
 * Returns the number that a text spells as JSON does (RFC 8259, section 6). Null for any other text, such as `007`, `+7`, `.5`, `0x10`
 * or one with a space, and for a number that is too large for 64-bit floating point.
 */
export function jsonNumberOf(text: string): number | null {
  if (!JSON_NUMBER.test(text)) return null;
  const number = Number(text);
  return Number.isFinite(number) ? number : null;
}

const JSON_NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:e[+-]?\d+)?$/i;
