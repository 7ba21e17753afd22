import assert from 'node:assert/strict';
import { test } from 'node:test';

import { type DefaultValue, readDefaultValue } from './default-value.ts';

const cases: readonly (readonly [string, DefaultValue])[] = [
  ['NULL', { kind: 'null' }],
  ['true', { kind: 'integer', value: 1n }],
  ['- 12', { kind: 'integer', value: -12n }],
  ['9223372036854775807', { kind: 'integer', value: 9223372036854775807n }],
  ['9223372036854775808', { kind: 'real', value: 9223372036854775808 }],
  ['0x1F', { kind: 'integer', value: 31n }],
  ['.5', { kind: 'real', value: 0.5 }],
  ['1.', { kind: 'real', value: 1 }],
  ['-1e3', { kind: 'real', value: -1000 }],
  ["'it''s'", { kind: 'text', value: "it's" }],
  ['"say ""no"""', { kind: 'text', value: 'say "no"' }],
  ["''", { kind: 'text', value: '' }],
  ['none', { kind: 'text', value: 'none' }],
  ['naïve', { kind: 'text', value: 'naïve' }],
  ["[it's]", { kind: 'text', value: "it's" }],
  ['`a``b`', { kind: 'text', value: 'a`b' }],
  ['abs(1)', { kind: 'expression', sql: 'abs(1)' }],
  ["X'0aFF'", { kind: 'blob', hex: '0aff' }],
  ['current_timestamp', { kind: 'now', part: 'TIMESTAMP' }],
  ["( ('a(b') )", { kind: 'text', value: 'a(b' }],
  ["datetime('now')", { kind: 'expression', sql: "datetime('now')" }],
  ["'a' || 'b'", { kind: 'expression', sql: "'a' || 'b'" }],
  ['(1)+(2)', { kind: 'expression', sql: '(1)+(2)' }],
  ['1e999', { kind: 'expression', sql: '1e999' }],
];

for (const [sql, value] of cases) {
  test(`the default ${sql} is parsed as ${value.kind}`, () => {
    assert.deepEqual(readDefaultValue(sql), value);
  });
}
