import assert from 'node:assert/strict';
import { test } from 'node:test';

import { affinityOf } from './affinity.ts';
import { declaredKind } from './declared-kind.ts';

test('each declared type has its usual meaning', () => {
  const kinds: Readonly<Record<string, string>> = {
    INTEGER: 'integer',
    bigint: 'integer',
    'UNSIGNED BIG INT': 'integer',
    'TINYINT(1)': 'integer',
    INT8: 'integer',
    POINT: 'other',
    INTERVAL: 'other',
    boolean: 'boolean',
    'VARCHAR(10)': 'text',
    'VARYING CHARACTER (255)': 'text',
    CLOB: 'text',
    'DOUBLE PRECISION': 'real',
    'DECIMAL( 10 , 2 )': 'decimal',
    'numeric -- in euros': 'decimal',
    'DECIMAL(10,2) /* note */': 'decimal',
    DATETIME: 'moment',
    DATE: 'moment',
    JSON: 'json',
    BLOB: 'bytes',
    '': 'other',
    ANY: 'other',
    'no action': 'other',
  };
  for (const [declaredType, kind] of Object.entries(kinds)) {
    assert.equal(kindOf(declaredType).kind, kind, declaredType);
  }
  assert.deepEqual(kindOf('DECIMAL( 10 , -2 ) -- x').digits, [10, -2]);
});

function kindOf(declaredType: string): ReturnType<typeof declaredKind> {
  return declaredKind({ declaredType, affinity: affinityOf(declaredType, false) });
}
