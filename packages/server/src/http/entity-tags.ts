/** Returns the tags of an `If-Match` or `If-None-Match`. https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3 */
export function entityTags(header: string): readonly string[] {
  return header.split(',').map((tag) => tag.trim());
}

/** Returns whether an `If-None-Match` matches this tag, with weak comparison (RFC 9110, section 13.1.2). */
export function namesEntity(ifNoneMatch: string, etag: string): boolean {
  return entityTags(ifNoneMatch).some((tag) => tag === '*' || opaque(tag) === opaque(etag));
}

function opaque(tag: string): string {
  return tag.replace(/^W\//, '');
}
