import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { type ProjectClient, startProject } from '../../testing/http/project-client.ts';

/** A step that grows with the square of the length takes minutes with these texts, and any other takes milliseconds. */
const LENGTH = 300_000;
const TIMEOUT = { timeout: 60_000 };

/** Texts that are numbers except for the last character. */
const ALMOST_NUMBERS = ['0', '1', ' ', '+1', '1.1'].map((start) => start.padEnd(LENGTH, start.at(-1)) + 'x');

/** Edges of names are replaced, so a long run inside of a name is the worst case. */
const SPACED = `a${' '.repeat(LENGTH)}b`;

let project: ProjectClient;
before(async () => {
  project = await startProject(`
    CREATE TABLE loose (id INTEGER PRIMARY KEY, i INT, r REAL, n NUMERIC, a);
    CREATE TABLE keys (k INT PRIMARY KEY);
    CREATE TABLE "${SPACED}" (id INTEGER PRIMARY KEY);
    CREATE VIRTUAL TABLE search USING fts5(a, content='${SPACED}');
    CREATE TABLE digits (id INTEGER PRIMARY KEY, "${'1'.repeat(LENGTH)}" TEXT);
  `);
});
after(() => project[Symbol.asyncDispose]());

describe('a long text does not delay the service', () => {
  test('as a value of a numeric column, and in a filter on it', TIMEOUT, async () => {
    for (const text of ALMOST_NUMBERS) {
      const { row } = await project.data('POST', 'records/loose', { i: text, r: text, n: text, a: text });
      assert.deepEqual([row.i, row.r, row.n, row.a], [text, text, text, text]);
      for (const column of ['i', 'r', 'n']) {
        const where = [{ column, op: '>=', value: text }];
        const { affected_rows } = await project.data('PATCH', 'records/loose', { data: { a: '' }, where });
        assert.ok(affected_rows >= 1);
      }
    }
  });

  test('as a default', TIMEOUT, async () => {
    for (const [index, text] of ALMOST_NUMBERS.entries()) {
      const column = { column_name: `d${index}`, default_value: text };
      await project.data('POST', 'column/loose', column);
    }
  });

  test('as a name, in exports', TIMEOUT, async () => {
    const { tables } = await project.data('GET', 'tables');
    const { id } = tables.find((table: { readonly table_name: string }) => table.table_name === SPACED);
    await project.data('POST', `export/table/${id}`, {});
    await project.data('POST', 'export/table/loose', { spreadsheet_safe: true });
    await project.data('POST', 'export/database', { format: 'zip' });
    await project.data('POST', 'export/schema', { format: 'mermaid' });
  });
});
