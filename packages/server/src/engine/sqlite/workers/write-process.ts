import { OpenDatabases } from '../connection/open-databases.ts';
import { serveProcess } from '../processes/serve-process.ts';
import type { WriteMethods } from '../protocol/record-methods.ts';
import { denyOwnTables } from '../tables/own-tables-authorizer.ts';
import { recordWrites } from './record-handlers.ts';

// Every write that fires triggers runs here. Triggers of imported files may rely on double-quoted strings. As in a query process, no
// database stays open.
const databases = new OpenDatabases(1, {
  mode: 'read-write',
  doubleQuotedStrings: true,
  authorizer: denyOwnTables,
});

await serveProcess<WriteMethods>(recordWrites(databases), () => databases.closeAll());
