import { Readable } from 'node:stream';

import type { FastifyReply, FastifyRequest } from 'fastify';

import { RowhouseError } from '../../../core/errors.ts';
import type { ByteRange } from '../../../files/export-files.ts';
import { wholeStream } from '../../../files/whole-stream.ts';
import type { ReadyExport } from '../jobs/ready-export.ts';
import { type ConditionalHeaders, selectPart } from './conditional-request.ts';
import { attachmentDisposition } from './content-disposition.ts';

/**
 * Sends the export's file, or the requested part of it, so an interrupted download can resume.
 * https://www.rfc-editor.org/rfc/rfc9110#section-14
 */
export async function sendExportFile(
  request: FastifyRequest,
  reply: FastifyReply,
  row: ReadyExport,
  open: (range: ByteRange) => Promise<Readable>,
): Promise<FastifyReply> {
  const sizeBytes = row.size_bytes;
  const file = { sizeBytes, etag: `"${row.sha256}"`, lastModified: new Date(row.created_at) };
  const selection = selectPart(file, conditionsOf(request));
  reply.headers({
    'accept-ranges': 'bytes',
    'cache-control': 'private',
    etag: file.etag,
    'last-modified': file.lastModified.toUTCString(),
  });
  switch (selection.kind) {
    case 'not_modified':
      reply.removeHeader('content-type');
      return reply.code(304).send();
    case 'precondition_failed':
      throw new RowhouseError(
        'precondition_failed',
        `The file does not match ${request.headers['if-match'] === undefined ? 'If-Unmodified-Since' : 'If-Match'}.`,
      );
    case 'unsatisfiable':
      reply.header('content-range', `bytes */${sizeBytes}`);
      throw new RowhouseError(
        'range_not_satisfiable',
        `The range is outside the file, which has ${sizeBytes} bytes.`,
      );
    case 'part':
      reply
        .code(206)
        .header('content-range', `bytes ${selection.range.start}-${selection.range.end}/${sizeBytes}`);
      return sendBytes(request, reply, row, { open, range: selection.range });
    case 'whole':
      return sendBytes(request, reply, row, { open, range: { start: 0, end: sizeBytes - 1 } });
  }
}

async function sendBytes(
  request: FastifyRequest,
  reply: FastifyReply,
  row: ReadyExport,
  part: { readonly open: (range: ByteRange) => Promise<Readable>; readonly range: ByteRange },
): Promise<FastifyReply> {
  const { start, end } = part.range;
  const sizeBytes = end - start + 1;
  const body =
    request.method === 'HEAD' ? Readable.from([]) : wholeStream(await part.open(part.range), sizeBytes);
  reply.headers({
    'content-type': row.content_type,
    'content-disposition': attachmentDisposition(row.download_name),
    'content-length': sizeBytes,
  });
  return reply.send(body);
}

function conditionsOf({ method, headers }: FastifyRequest): ConditionalHeaders {
  return {
    range: method === 'GET' ? headers.range : undefined,
    ifRange: [headers['if-range']].flat()[0],
    ifMatch: headers['if-match'],
    ifNoneMatch: headers['if-none-match'],
    ifModifiedSince: headers['if-modified-since'],
    ifUnmodifiedSince: headers['if-unmodified-since'],
  };
}
