import type { IncomingHttpHeaders, Server } from 'node:http';

/**
 * Sends `100 Continue` only when a body is first read. Node would send it at once, so a client would send a body that the
 * headers alone refuse. https://www.rfc-editor.org/rfc/rfc9110#section-10.1.1
 */
export function askForBodies(server: Server): void {
  server.on('checkContinue', (request, response) => {
    request.once('resume', () => {
      // The rest of a refused body is also read, after the answer.
      if (!response.headersSent) response.writeContinue();
    });
    server.emit('request', request, response);
  });
}

/**
 * Returns whether the headers announce a body, so a request without a body can be told from a refused one. A chunked body may be
 * empty, unless the client asks for `100 Continue`.
 */
export function announcesBody(headers: IncomingHttpHeaders): boolean {
  if (headers['transfer-encoding'] === undefined) return Number(headers['content-length'] ?? 0) > 0;
  return /\b100-continue\b/i.test(headers.expect ?? '');
}
