import type { Readable } from 'node:stream';

import type { FastifyRequest } from 'fastify';

import type { HeldMemory } from '../limits/body-memory.ts';
import { contentEncodingOf, gunzipped, gzipError } from './content-encoding.ts';
import { tooLarge } from './too-large.ts';
import { type ArrivalLimits, watchArrival } from './watch-arrival.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The number of bytes of the body that have arrived, after decompression; 0 without a body. */
    bodySizeBytes: number;
  }
}

export interface BodyLimits extends ArrivalLimits {
  readonly maxBytes: number;
}

export type BodyReceived = (error: Error | null, bytes?: Buffer) => void;

interface Reception {
  readonly limits: BodyLimits;
  readonly memory: HeldMemory;
}

/** Receives a whole body, decompressed. Calls `done` once, like `receiveBytes`; also with a RowhouseError `malformed_request`. */
export function receiveBody(
  request: FastifyRequest,
  payload: Readable,
  reception: Reception,
  done: BodyReceived,
): void {
  const { maxBytes } = reception.limits;
  const announced = Number(request.headers['content-length'] ?? maxBytes);
  if (announced > maxBytes) return done(tooLarge(maxBytes));
  // An empty body is no gzip, and counts as no body.
  if (announced === 0 || contentEncodingOf(request.headers) === 'none') {
    return receiveBytes(request, payload, { ...reception, announced }, done);
  }
  const { content, stop } = gunzipped(payload, maxBytes);
  receiveBytes(request, content, { ...reception, announced: maxBytes }, (error, bytes) => {
    stop();
    if (error === null) done(null, bytes);
    else done(gzipError(error) ?? error);
  });
}

/**
 * Receives all bytes into one growing buffer. Chunks are copied, so a body sent byte by byte takes no more memory than one sent
 * at once. Calls `done` once: with the bytes, with a RowhouseError `payload_too_large`, `request_timeout` or
 * `unavailable`, or with the error of a client that disconnected. After an error, further bytes are dropped and `memory` is
 * released.
 */
function receiveBytes(
  request: FastifyRequest,
  payload: Readable,
  { limits, memory, announced }: Reception & { readonly announced: number },
  done: BodyReceived,
): void {
  let bytes: Buffer = NOTHING;
  const finish = (error: Error | null) => {
    payload.removeListener('data', onData).removeListener('end', onEnd);
    payload.removeListener('error', finish).removeListener('close', onClose);
    stopWatching();
    if (error === null) return done(null, bytes.subarray(0, request.bodySizeBytes));
    bytes = NOTHING;
    memory.release();
    done(error);
  };
  const onData = (chunk: Buffer) => {
    const used = request.bodySizeBytes;
    const size = used + chunk.length;
    if (size > limits.maxBytes) return finish(tooLarge(limits.maxBytes));
    if (size > bytes.length) {
      const capacity = Math.max(size, Math.min(2 * bytes.length, announced));
      const refusal = memory.growTo(capacity);
      if (refusal !== null) return finish(refusal);
      bytes = enlarged(bytes, used, capacity);
    }
    chunk.copy(bytes, used);
    request.bodySizeBytes = size;
  };
  const onEnd = () => finish(null);
  const onClose = () => finish(new Error('The client closed the connection before the end of the request.'));
  const stopWatching = watchArrival(request, limits, finish);
  payload.on('data', onData).on('end', onEnd).on('error', finish).on('close', onClose);
}

const NOTHING = Buffer.alloc(0);

function enlarged(bytes: Buffer, used: number, capacity: number): Buffer {
  const larger = Buffer.allocUnsafe(capacity);
  bytes.copy(larger, 0, 0, used);
  return larger;
}
