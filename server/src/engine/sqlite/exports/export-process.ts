import type { ExportProgress } from '../../project-exports.ts';
import { sendProgress, serveProcess } from '../processes/serve-process.ts';
import type { ExportOperations } from './export-operations.ts';
import { writeDatabase } from './write-database.ts';
import { writeTable } from './write-table.ts';

const tell = (progress: ExportProgress) => sendProgress(progress);

await serveProcess<ExportOperations>(
  {
    writeTable: (task) => writeTable(task, tell),
    writeDatabase: (task) => writeDatabase(task, tell),
  },
  // Each opens the database for itself, and closes it.
  () => undefined,
);
