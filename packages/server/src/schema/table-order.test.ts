import assert from 'node:assert/strict';
import { test } from 'node:test';

import { orderTables } from './table-order.ts';

test('a chain of 50,000 tables is ordered with parents first, without a stack overflow', () => {
  const tables = Array.from({ length: 50_000 }, (_, position) => {
    const name = `t${position}`;
    return { kind: 'table' as const, name, table: name, sql: '', references: [`T${position + 1}`] };
  });
  const ordered = orderTables(tables);
  assert.equal(ordered.length, 50_000);
  assert.equal(ordered[0]?.name, 't49999');
  assert.equal(ordered.at(-1)?.name, 't0');
});
