import type { FastifyReply, FastifyRequest } from 'fastify';

import type { ProjectRow } from '../../../catalog/tables.ts';
import { groupingHeaders } from '../../../http/access/operation-grouping.ts';
import type { Exports } from '../exports.ts';
import type { ReadyExport } from '../jobs/ready-export.ts';
import { sendExportFile } from './send-export-file.ts';

interface Download {
  readonly project: ProjectRow;
  readonly row: ReadyExport;
  /** The client's authorization. */
  readonly by: 'token' | 'link';
}

/** Sends the file and counts the download. A part that does not start at 0 continues a counted download. */
export async function sendDownload(
  exports: Exports,
  request: FastifyRequest,
  reply: FastifyReply,
  { project, row, by }: Download,
): Promise<FastifyReply> {
  reply.headers(groupingHeaders(request.grouping));
  return sendExportFile(request, reply, row, async (range) => {
    if (range.start === 0) exports.countDownload(row);
    request.log.info(
      { project: project.project_slug, export: row.id, by, ...range },
      'export download started',
    );
    return exports.read(project, row, range);
  });
}
