import { brotliCompress, constants, gzip, zstdCompress } from 'node:zlib';

import type { FastifyInstance } from 'fastify';

import { chosenEncoding, type Encoding } from './chosen-encoding.ts';

/** A shorter answer fits into one packet anyway. */
const MIN_BYTES = 1_024;

/**
 * Compresses JSON answers as the request's `Accept-Encoding` says, on Node's own threads. Downloads are streams, and are sent
 * as they are. Register it before hooks that count answers, so they see what is sent.
 */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
    if (!isWhole || !isJson(reply.getHeader('content-type'))) return done(null, payload);
    reply.header('vary', 'Accept-Encoding');
    const { encoding, takesPlain } = chosenEncoding(request.headers['accept-encoding']);
    const isShort = Buffer.byteLength(payload) < MIN_BYTES;
    if (encoding === null || (isShort && takesPlain)) return done(null, payload);
    COMPRESS[encoding](Buffer.from(payload), (error, bytes) => {
      if (error !== null) return done(error);
      reply.header('content-encoding', encoding);
      done(null, bytes);
    });
  });
}

function isJson(contentType: unknown): boolean {
  return typeof contentType === 'string' && contentType.startsWith('application/json');
}

type Compress = (bytes: Buffer, done: (error: Error | null, compressed: Buffer) => void) => void;

/** The cheapest levels that still make a list of records a fourth of its size or less. */
const COMPRESS: Readonly<Record<Encoding, Compress>> = {
  gzip: (bytes, done) => gzip(bytes, { level: 1 }, done),
  zstd: (bytes, done) => zstdCompress(bytes, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }, done),
  br: (bytes, done) => {
    const { BROTLI_PARAM_QUALITY, BROTLI_PARAM_SIZE_HINT } = constants;
    const params = { [BROTLI_PARAM_QUALITY]: 4, [BROTLI_PARAM_SIZE_HINT]: bytes.byteLength };
    brotliCompress(bytes, { params }, done);
  },
};
