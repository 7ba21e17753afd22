import { createHash } from 'node:crypto';

import type { FastifyReply, FastifyRequest } from 'fastify';
import { Type } from 'typebox';

import { namesEntity } from './entity-tags.ts';

/** A file that anyone may read. It contains no project data. */
export interface PublicFile {
  readonly bytes: Buffer;
  readonly contentType: string;
  /** A weak tag: the compressed file has the same tag, but other bytes (RFC 9110, section 8.8.3.3). */
  readonly etag: string;
}

export function publicFile(bytes: Buffer, contentType: string): PublicFile {
  return { bytes, contentType, etag: `W/"${createHash('sha256').update(bytes).digest('base64url')}"` };
}

/**
 * Sends the file. Clients may cache it but must revalidate it, because another version of the service has other files at the
 * same URLs.
 */
export function sendPublicFile(request: FastifyRequest, reply: FastifyReply, file: PublicFile): FastifyReply {
  const { 'if-none-match': ifNoneMatch } = request.headers;
  reply.headers({ etag: file.etag, 'cache-control': 'no-cache', vary: 'Accept-Encoding' });
  if (ifNoneMatch !== undefined && namesEntity(ifNoneMatch, file.etag)) {
    reply.removeHeader('content-type');
    return reply.code(304).send();
  }
  return reply.header('content-type', file.contentType).send(file.bytes);
}

/** The answer to a matching `If-None-Match`. */
export const unchangedFile = Type.Null({ description: 'The file matches `If-None-Match`.' });
