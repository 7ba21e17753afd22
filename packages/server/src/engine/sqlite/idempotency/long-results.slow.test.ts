import assert from 'node:assert/strict';
import { test } from 'node:test';

import { openDatabase } from '../connection/open-database.ts';
import { idempotencyStoreOf } from './idempotency-store.ts';
import { findReplay } from './run-once.ts';
import { storedResults } from './stored-results.ts';

test('a stored result that is longer than any result of the service is not read', () => {
  using database = openDatabase(':memory:', { mode: 'read-write' });
  const request = { scope: 'project', key: 'k', requestSha256: 'a', requestId: 'req_1' } as const;
  idempotencyStoreOf(database).keep(request, '"people"');
  assert.deepEqual(findReplay(database, request, storedResults.name)?.result, 'people');
  database.exec(`UPDATE _rowhouse_idempotency SET result = '"' || printf('%.*c', 268435456, 'x') || '"'`);
  assert.throws(() => findReplay(database, request, storedResults.name), /was not sent/);
});
