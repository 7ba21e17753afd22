/** The bytes of a canonical base64 text (RFC 4648, section 4, with padding); null for any other text. */
export function bytesOfBase64(text: string): Uint8Array | null {
  // Most texts are no base64, and decoding takes longer than anything else that a write does with a text.
  if (text.length % 4 !== 0) return null;
  // Node ignores invalid characters, so the text is canonical only if its bytes are encoded as the same text.
  const bytes = Buffer.from(text, 'base64');
  return bytes.toString('base64') === text ? bytes : null;
}
