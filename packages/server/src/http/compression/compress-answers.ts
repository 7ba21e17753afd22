import {
  type BrotliOptions,
  brotliCompress,
  brotliCompressSync,
  constants,
  gzip,
  gzipSync,
  type ZlibOptions,
  zstdCompress,
  zstdCompressSync,
  type ZstdOptions,
} from 'node:zlib';

import type { FastifyInstance } from 'fastify';

import { chosenEncoding, type Encoding } from './chosen-encoding.ts';

/** A shorter answer fits into one packet anyway. */
const MIN_BYTES = 1_024;
/** Up to this size, compressing takes less time than handing the answer to another thread and back: a fraction of a millisecond. */
const AT_ONCE_MAX_BYTES = 16_384;

/**
 * Compresses JSON answers as the request's `Accept-Encoding` says, large ones on Node's own threads. Downloads are streams, and
 * are sent as they are. Register it before hooks that count answers, so they see what is sent.
 */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', (request, reply, payload, done) => {
    const isWhole = typeof payload === 'string' || Buffer.isBuffer(payload);
    if (!isWhole || !isJson(reply.getHeader('content-type'))) return done(null, payload);
    const vary = reply.getHeader('vary');
    reply.header('vary', vary === undefined ? 'Accept-Encoding' : `${String(vary)}, Accept-Encoding`);
    const { encoding, takesPlain } = chosenEncoding(request.headers['accept-encoding']);
    const isShort = Buffer.byteLength(payload) < MIN_BYTES;
    if (encoding === null || (isShort && takesPlain)) return done(null, payload);
    compress(encoding, Buffer.from(payload), (error, bytes) => {
      if (error !== null) return done(error);
      reply.header('content-encoding', encoding);
      done(null, bytes);
    });
  });
}

function isJson(contentType: unknown): boolean {
  return typeof contentType === 'string' && contentType.startsWith('application/json');
}

/** Calls `done` once; for a short answer synchronously. */
function compress(
  encoding: Encoding,
  bytes: Buffer,
  done: (error: Error | null, compressed?: Buffer) => void,
): void {
  const { atOnce, onThread } = COMPRESSORS[encoding];
  if (bytes.byteLength > AT_ONCE_MAX_BYTES) onThread(bytes, done);
  else done(null, atOnce(bytes));
}

interface Compressor {
  readonly atOnce: (bytes: Buffer) => Buffer;
  readonly onThread: (bytes: Buffer, done: (error: Error | null, compressed: Buffer) => void) => void;
}

/** The cheapest levels that still make a list of records a fourth of its size or less. */
const GZIP: ZlibOptions = { level: 1 };
const ZSTD: ZstdOptions = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const BR: BrotliOptions = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } };

const COMPRESSORS: Readonly<Record<Encoding, Compressor>> = {
  gzip: { atOnce: (bytes) => gzipSync(bytes, GZIP), onThread: (bytes, done) => gzip(bytes, GZIP, done) },
  zstd: {
    atOnce: (bytes) => zstdCompressSync(bytes, ZSTD),
    onThread: (bytes, done) => zstdCompress(bytes, ZSTD, done),
  },
  br: {
    atOnce: (bytes) => brotliCompressSync(bytes, BR),
    onThread: (bytes, done) => brotliCompress(bytes, BR, done),
  },
};
