/**
 * Returns whether the server reads the bodies of requests with these methods. It ignores the bodies of others (RFC 9110,
 * section 9.3.1).
 */
export function takesBody(method: string | readonly string[]): boolean {
  return typeof method === 'string'
    ? !METHODS_WITHOUT_BODY.has(method)
    : !method.some((name) => METHODS_WITHOUT_BODY.has(name));
}

const METHODS_WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD']);
