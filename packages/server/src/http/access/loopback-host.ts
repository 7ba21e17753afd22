/** Returns whether the host, with or without a port, names this machine: nothing between the browser and the server can read it. */
export function isLoopbackHost(host: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i.test(host);
}
