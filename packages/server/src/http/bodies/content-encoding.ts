import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { RowhouseError } from '../../core/errors.ts';
import { tooLarge } from './too-large.ts';

/** How a body is encoded: not at all, with gzip, or in a way that is not supported. */
export type ContentEncoding = 'none' | 'gzip' | 'other';

/** https://www.rfc-editor.org/rfc/rfc9110#section-8.4 */
export function contentEncodingOf(headers: IncomingHttpHeaders): ContentEncoding {
  const encodings = (headers['content-encoding'] ?? '')
    .toLowerCase()
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding !== 'identity');
  const [first, ...further] = encodings;
  if (first === undefined) return 'none';
  return further.length === 0 && (first === 'gzip' || first === 'x-gzip') ? 'gzip' : 'other';
}

/** A body in its decompressed form. */
export interface Decompressed {
  readonly content: Readable;
  /** Ends the work, and drops what still arrives. Call it once the content has ended or is refused. */
  readonly stop: () => void;
}

/**
 * Decompresses a body while it arrives. The content fails with a RowhouseError `payload_too_large` if the compressed bytes
 * exceed the limit, because compressed bytes can arrive without yielding content. The reader of the content limits its size.
 */
export function gunzipped(payload: Readable, maxBytes: number): Decompressed {
  const content = createGunzip();
  let arrived = 0;
  const onData = (chunk: Buffer) => {
    arrived += chunk.byteLength;
    if (arrived > maxBytes) content.destroy(tooLarge(maxBytes));
  };
  const onClose = () => {
    if (!payload.readableEnded) content.destroy();
  };
  const stop = () => {
    payload.removeListener('data', onData).removeListener('close', onClose);
    payload.unpipe(content).resume();
    content.destroy();
  };
  // An error after the end of the work has no other listener.
  content.on('error', () => undefined);
  payload.on('data', onData).on('close', onClose).pipe(content);
  return { content, stop };
}

/** Returns the error for a body that is no complete gzip; null for other errors. */
export function gzipError(error: Error): RowhouseError | null {
  if (!('code' in error && typeof error.code === 'string' && error.code.startsWith('Z_'))) return null;
  return new RowhouseError('malformed_request', `The body is not valid gzip: ${error.message}.`);
}
