import assert from 'node:assert/strict';
import { test } from 'node:test';

import { orderTables } from './table-order.ts';

test('given a chain of 50,000 tables, when ordered, then parents come first and the stack holds', () => {
  const tables = Array.from({ length: 50_000 }, (_, position) => {
    const name = `t${position}`;
    return { kind: 'table' as const, name, table: name, sql: '', references: [`T${position + 1}`] };
  });
  const ordered = orderTables(tables);
  assert.equal(ordered.length, 50_000);
  assert.equal(ordered[0]?.name, 't49999');
  assert.equal(ordered.at(-1)?.name, 't0');
});
