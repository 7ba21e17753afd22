import { openSqliteEngine } from '../../engine/sqlite/sqlite-engine.ts';
import { knownProjects } from '../system/known-projects.ts';

// A program that a test kills while its query runs: node endless-query.ts <folder>
const engine = await openSqliteEngine({
  directory: process.argv[2] ?? '',
  maxOpenDatabases: 4,
  pointThreads: 1,
  writerThreads: 1,
  readerThreads: 1,
  queryTimeoutMs: 3_600_000,
  exportDirectory: '',
  exportTimeoutMs: 60_000,
  exportMaxBytes: Infinity,
  projects: knownProjects('crm'),
  onThreadCrash: () => undefined,
});
await engine.createDatabase('crm', {});
const { signal } = new AbortController();
const limits = { parameters: null, limit: 500, allowed: null };
const endless = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c';
const running = engine.queries.run('crm', { sql: endless, ...limits }, signal);
await engine.queries.run('crm', { sql: 'SELECT 1', ...limits }, signal);
process.stdout.write('running\n');
await running;
