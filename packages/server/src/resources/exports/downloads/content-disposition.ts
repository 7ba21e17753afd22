/**
 * Returns the header that makes a browser save the file as `name`: always a quoted ASCII form, and for a name beyond ASCII
 * also the exact form, which every current client prefers. https://www.rfc-editor.org/rfc/rfc6266#section-4.3
 */
export function attachmentDisposition(name: string): string {
  const ascii = name.replaceAll(/[^\x20-\x7e]/gu, '_');
  const plain = `attachment; filename="${ascii.replaceAll(/["\\]/g, '_')}"`;
  return ascii === name ? plain : `${plain}; filename*=UTF-8''${encodeExtendedValue(name)}`;
}

/**
 * Encodes a value by RFC 8187, which leaves fewer characters unencoded than `encodeURIComponent`.
 * https://www.rfc-editor.org/rfc/rfc8187#section-3.2.1
 */
function encodeExtendedValue(text: string): string {
  return encodeURIComponent(text).replaceAll(/['()*]/g, (character) => {
    return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
  });
}
