import assert from 'node:assert/strict';
import { after, describe } from 'node:test';

import { ours } from './contract.ts';
import { openService } from './tested-service.ts';

const service = await openService();
after(() => service.close());
const { path, accept, refuse } = service;

const contacts = service.tableName('contacts');
await accept(201, 'POST', `${path}/table`, { table_name: contacts, columns: [{ column_name: 'email' }] });
await accept(201, 'POST', `${path}/records/${contacts}`, { email: 'ada@example.com' });

describe('query_timeout', () => {
  ours('stops a query at its time limit, and delays no other request', async () => {
    const sql = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n';
    // A read counts if it is answered before the query beside it. A read that still waits when the query ends proves nothing, so
    // the next query starts for the remaining reads.
    for (let reads = 0; reads < 100;) {
      const query = { running: true };
      const stopped = refuse('query_timeout', 'POST', `${path}/query`, { sql }).finally(
        () => (query.running = false),
      );
      const first = reads;
      while (query.running && reads < 100) {
        await accept(200, 'GET', `${path}/records/${contacts}/1`);
        if (query.running) reads += 1;
      }
      assert.ok(reads === 100 || reads - first >= 10, `${reads - first} reads were answered beside a query`);
      await stopped;
    }
  });
});
