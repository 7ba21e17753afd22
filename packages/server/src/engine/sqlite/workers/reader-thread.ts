import { workerData } from 'node:worker_threads';

import { serveRpc } from '../../../runtime/threads/serve-rpc.ts';
import { findSchemaFormat } from '../../../schema/formats/schema-formats.ts';
import type { WrittenExport } from '../../project-exports.ts';
import { OpenDatabases } from '../connection/open-databases.ts';
import { readTransaction } from '../connection/read-transaction.ts';
import { exportedTables } from '../exports/exported-tables.ts';
import { contentVersionOf } from '../exports/output/content-version.ts';
import { writeFile } from '../exports/output/output-file.ts';
import { renderSchemaExport } from '../exports/schema/render-schema.ts';
import { countTables } from '../introspection/count-tables.ts';
import type { DatabaseThreadStart, ReaderMethods } from '../protocol/database-methods.ts';
import { readFirstRow } from '../records/read-first-row.ts';
import { recordDatabaseOf } from '../rows/record-database.ts';
import { boundedRecordReads } from './record-handlers.ts';
import { tableReads } from './table-reads.ts';

const { maxOpenDatabases } = workerData as DatabaseThreadStart;
// No SQL of clients runs here. Views that rely on double-quoted strings must still show their columns.
const databases = new OpenDatabases(maxOpenDatabases, { mode: 'read-only', doubleQuotedStrings: true });

serveRpc<ReaderMethods>(
  {
    countTables: ({ path }) => countTables(databases.get(path)),
    contentVersion: ({ path }) => contentVersionOf(databases.get(path)),
    readFirstRow: ({ path, table }) => {
      const database = recordDatabaseOf(databases.get(path));
      return readTransaction(database.connection, () => {
        database.refresh();
        return readFirstRow(database, table);
      });
    },
    exportedTables: ({ path, table }) => {
      const database = recordDatabaseOf(databases.get(path));
      return readTransaction(database.connection, () => {
        database.refresh();
        return exportedTables(database, table);
      });
    },
    writeSchema,
    ...tableReads(databases),
    ...boundedRecordReads(databases),
    closeDatabase: ({ path }) => databases.close(path),
  },
  () => databases.closeAll(),
);

function writeSchema({ path, format, outputPath }: ReaderMethods['writeSchema']['input']): WrittenExport {
  const schemaFormat = findSchemaFormat(format);
  if (schemaFormat === null) throw new Error(`no schema format ${format}`);
  const { text, warnings } = renderSchemaExport(databases.get(path), schemaFormat);
  return { ...writeFile(outputPath, Infinity, (file) => file.writeText(text)), warnings };
}
