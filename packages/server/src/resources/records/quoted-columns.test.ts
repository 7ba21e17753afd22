import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { quoteIdentifier } from '../../schema/identifier.ts';
import { type ProjectClient, type Row, startProject } from '../../testing/http/project-client.ts';
import { fieldsAtFault } from '../../testing/http/test-server.ts';

/** Each is a column. `a` and `-a` differ only in a `-`, and `x` and `"x"` only in the quotes. */
const NAMES = [
  'Last, First',
  'a',
  '-a',
  'x',
  '"x"',
  'a"b',
  ',',
  '""',
  ' lead',
  '-',
  'Ünï, "çödé"',
  'a,b',
  'b',
];

let project: ProjectClient;

before(async () => {
  const columns = NAMES.map((name) => `${quoteIdentifier(name)} INT`).join(', ');
  const rows = [3, 1, 2].map((value, index) => `(${index + 1}, ${NAMES.map(() => value).join(', ')})`);
  project = await startProject(`
    CREATE TABLE odd(id INTEGER PRIMARY KEY, ${columns});
    INSERT INTO odd VALUES ${rows.join(', ')};
    CREATE VIEW odd_view AS SELECT * FROM odd;`);
});
after(() => project[Symbol.asyncDispose]());

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function list(query: Readonly<Record<string, string>>, table = 'odd'): ReturnType<ProjectClient['data']> {
  return project.data('GET', `records/${table}?${new URLSearchParams(query).toString()}`);
}

const idOf = (row: Row) => row['id'];

for (const name of NAMES) {
  describe(`the column ${name}`, () => {
    for (const table of ['odd', 'odd_view']) {
      test(`is sorted and chosen by its quoted name in ${table}`, async () => {
        const up = await list({ sort: quoted(name), columns: `id,${quoted(name)}` }, table);
        assert.deepEqual(up.rows.map(idOf), [2, 3, 1]);
        assert.deepEqual(Object.keys(up.rows[0]), ['id', name]);
        const down = await list({ sort: `-${quoted(name)},id`, columns: `${quoted(name)},id` }, table);
        assert.deepEqual(down.rows.map(idOf), [1, 3, 2]);
        assert.deepEqual(Object.keys(down.rows[0]), [name, 'id']);
      });
    }

    test('is paged with cursors', async () => {
      const ids: unknown[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const page = await list({ sort: `-${quoted(name)}`, after: cursor, limit: '1' });
        ids.push(...page.rows.map(idOf));
        cursor = page.next_cursor;
      }
      assert.deepEqual(ids, [1, 3, 2]);
    });

    test('is sorted and chosen in exports, also in an array of names', async () => {
      for (const columns of [`${quoted(name)},id`, [name, 'id']]) {
        const selection = { columns, sort: `-${quoted(name)}` };
        const { export: made } = await project.data('POST', 'export/table/odd', {
          ...selection,
          format: 'ndjson',
        });
        const text = await project.text(`export/download/${made.id}`);
        const rows = text.trim().split('\n');
        assert.deepEqual(
          rows.map((row) => JSON.parse(row)),
          [3, 2, 1].map((value, index) => ({ [name]: value, id: [1, 3, 2][index] })),
        );
        const whole = { table_options: { odd: selection } };
        assert.equal((await project.data('POST', 'export/database', whole)).export.row_count, 3);
      }
    });
  });
}

test('a quoted name is found in any case', async () => {
  const { rows } = await list({ sort: '"LAST, first"', columns: '"last, FIRST"' });
  assert.deepEqual(rows, [{ 'Last, First': 1 }, { 'Last, First': 2 }, { 'Last, First': 3 }]);
});

test('an array takes a quoted name too, if no column has the quotes in its name', async () => {
  const columns = ['"Last, First"', '"x"'];
  const { export: made } = await project.data('POST', 'export/table/odd', {
    columns,
    format: 'ndjson',
    limit: 1,
  });
  const text = await project.text(`export/download/${made.id}`);
  assert.deepEqual(JSON.parse(text), { 'Last, First': 3, '"x"': 3 });
});

test('a list with a quote that is not closed, or text after it, is refused', async () => {
  for (const text of [
    '"Last, First',
    '"a"b',
    '"a" ,b',
    '"a"",b',
    '"',
    '"nobody"',
    '"a",',
    'b,"a',
    '"a""b""',
    '""',
  ]) {
    // The column `""` is written `""""""`; `""` is the empty name.
    for (const name of ['sort', 'columns']) {
      const query = new URLSearchParams({ [name]: text });
      const answer = await project.refuse('validation_failed', 'GET', `records/odd?${query.toString()}`);
      assert.deepEqual(fieldsAtFault(answer), [`query.${name}`], text);
      const refused = await project.refuse('validation_failed', 'POST', 'export/table/odd', { [name]: text });
      assert.deepEqual(fieldsAtFault(refused), [`body.${name}`], text);
    }
  }
});
