/**
 * Returns a host, with or without a port, as it is written in a URL: in lower case, an IPv4 address with four numbers, an IPv6
 * address in its shortest form, without the port 80. Returns null for any other text.
 * https://url.spec.whatwg.org/#host-parsing
 */
export function canonicalHost(text: string): string | null {
  return HOST.test(text) ? (URL.parse(`http://${text}`)?.host ?? null) : null;
}

/** Only characters that cannot end the host of a URL. */
const HOST = /^(?:\[[\da-f:.]+\]|[a-z\d._-]+)(?::\d{1,5})?$/i;
