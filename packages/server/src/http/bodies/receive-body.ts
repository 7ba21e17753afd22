import type { Readable } from 'node:stream';

import type { FastifyRequest } from 'fastify';

import { RowhouseError } from '../../core/errors.ts';
import type { HeldMemory } from '../limits/body-memory.ts';
import { type ArrivalLimits, watchArrival } from './watch-arrival.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The number of bytes of the body that have arrived; 0 without a body. */
    bodySizeBytes: number;
  }
}

export interface BodyLimits extends ArrivalLimits {
  readonly maxBytes: number;
}

export type BodyReceived = (error: Error | null, bytes?: Buffer) => void;

/**
 * Receives a whole body into one growing buffer. Chunks are copied, so a body sent byte by byte takes no more memory than
 * one sent at once. Calls `done` once: with the bytes, with a RowhouseError `payload_too_large`, `request_timeout` or
 * `unavailable`, or with the error of a client that disconnected. After an error, further bytes are dropped and `memory` is
 * released.
 */
export function receiveBody(
  request: FastifyRequest,
  payload: Readable,
  { limits, memory }: { readonly limits: BodyLimits; readonly memory: HeldMemory },
  done: BodyReceived,
): void {
  const announced = Number(request.headers['content-length'] ?? limits.maxBytes);
  if (announced > limits.maxBytes) return done(tooLarge(limits.maxBytes));
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

function tooLarge(maxBytes: number): RowhouseError {
  return new RowhouseError('payload_too_large', `The body exceeds the limit of ${maxBytes} bytes.`);
}
