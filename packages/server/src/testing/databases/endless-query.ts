import { openTestEngine } from './open-test-engine.ts';

// A program that a test kills while its query runs: node endless-query.ts <folder>
const engine = await openTestEngine(process.argv[2] ?? '', { queryTimeoutMs: 3_600_000 });
const project = { id: 1, slug: 'crm' };
await engine.createDatabase('crm', {});
const { signal } = new AbortController();
const limits = { parameters: null, limit: 500, allowed: null, valueFormat: 'plain' } as const;
const endless = 'WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT count(*) FROM c';
const running = engine.queries.run(project, { sql: endless, ...limits }, signal);
await engine.queries.run(project, { sql: 'SELECT 1', ...limits }, signal);
process.stdout.write('running\n');
await running;
