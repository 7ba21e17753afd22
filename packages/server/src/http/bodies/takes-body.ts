/** Whether requests of these methods have a body that is read. Of any other it is ignored (RFC 9110, section 9.3.1). */
export function takesBody(method: string | readonly string[]): boolean {
  return typeof method === 'string'
    ? !METHODS_WITHOUT_BODY.has(method)
    : !method.some((name) => METHODS_WITHOUT_BODY.has(name));
}

const METHODS_WITHOUT_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD']);
