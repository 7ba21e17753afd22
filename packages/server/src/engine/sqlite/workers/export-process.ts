import type { ExportProgress } from '../../project-exports.ts';
import { writeDatabase } from '../exports/write-database.ts';
import { writeTable } from '../exports/write-table.ts';
import { sendProgress, serveProcess } from '../processes/serve-process.ts';
import type { ExportMethods } from '../protocol/export-methods.ts';

const tell = (progress: ExportProgress) => sendProgress(progress);

await serveProcess<ExportMethods>(
  {
    writeTable: (task) => writeTable(task, tell),
    writeDatabase: (task) => writeDatabase(task, tell),
  },
  // Each export opens and closes its own database.
  () => undefined,
);
