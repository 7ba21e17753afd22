import assert from 'node:assert/strict';
import { test } from 'node:test';

import { realNumber } from '../../core/real-number.ts';
import { type ExportRequest, readRequest, writeRequest } from './export-request.ts';

test('a stored request keeps the type of each number in its filters, and the escape character', () => {
  const values = [3, realNumber(3), realNumber(-1_000), realNumber(2 ** 53 - 1), 2.5, 2n ** 63n - 1n, '3.0'];
  const filters = [
    { column: 'a', operator: 'in', value: values },
    { column: 'b', operator: 'like', value: 'tmp!_%', escape: '!' },
  ] as const;
  const request: ExportRequest = {
    kind: 'table_export',
    table: { nameOrId: 't', allowed: null, valueFormat: 'plain', writtenRows: 'whole' },
    format: 'csv',
    rows: {
      columns: null,
      filters,
      filterForm: 'conditions',
      sort: null,
      descending: false,
      limit: 3,
      offset: 0,
    },
    csv: { delimiter: ',', bom: false, spreadsheetSafe: false },
  };
  assert.deepStrictEqual(readRequest(writeRequest(request)), request);
});
