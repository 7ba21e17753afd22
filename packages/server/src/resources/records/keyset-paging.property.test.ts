import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import {
  type Arbitrary,
  array,
  asyncProperty,
  assert as check,
  constant,
  constantFrom,
  integer,
  oneof,
  record,
  string,
  tuple,
  uniqueArray,
} from 'fast-check';

import { type ProjectClient, type Row, startProject } from '../../testing/http/project-client.ts';

/** More with PROPERTY_RUNS (`npm run test:long`); PROPERTY_SEED replays a failure that printed its seed. */
const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 20);
const SEED = process.env['PROPERTY_SEED'];

let project: ProjectClient;

before(async () => {
  project = await startProject(`
    CREATE TABLE rows(id INTEGER PRIMARY KEY, i INT, r REAL, t TEXT COLLATE NOCASE, b BLOB, a, n NUMERIC, g AS (i % 3));
    CREATE TABLE keyed(k TEXT, a, n INT, PRIMARY KEY (k DESC, n)) WITHOUT ROWID;
  `);
});
after(() => project[Symbol.asyncDispose]());

/** As SQL. Few different values, so that many rows are equal, and the limits of each type. */
const text = oneof(
  constantFrom("'a'", "'A'", "'b'", "''", "'7'", "'a' || char(0)", "'é'", "'😀'", "CAST(x'ff' AS TEXT)"),
  string({ maxLength: 3 }).map((letters) => `'${letters.replaceAll(/['\0]/g, '')}'`),
);
const whole = oneof(
  integer({ min: -2, max: 2 }).map(String),
  constantFrom('9007199254740993', '9007199254740992', '9223372036854775807', '(-9223372036854775807 - 1)'),
);
const real = constantFrom(
  '0.5',
  '-0.5',
  '1.0',
  '9e999',
  '-9e999',
  '5e-324',
  '0.1',
  '9007199254740992.0',
  '1e308',
);
const bytes = constantFrom("x''", "x'00'", "x'ff'", "x'0000'", "x'61'");
const anything = oneof(constant('NULL'), text, whole, real, bytes);

const inserts: Arbitrary<readonly string[]> = array(
  tuple(anything, anything, anything, anything, anything, anything).map((values) => {
    return `INSERT INTO rows(i, r, t, b, a, n) VALUES (${values.join(', ')});`;
  }),
  { minLength: 1, maxLength: 30 },
);

const terms = uniqueArray(
  record({ column: constantFrom('id', 'i', 'r', 't', 'b', 'a', 'n', 'g'), down: constantFrom('', '-') }),
  { selector: ({ column }) => column, maxLength: 4 },
);

interface Walk {
  readonly table: string;
  readonly sort: string;
  readonly order: string;
  readonly limit: number;
}

async function walk({ table, sort, order, limit }: Walk): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const query = `limit=${limit}&order=${order}${sort === '' ? '' : `&sort=${sort}`}`;
  for (let cursor: string | null = ''; cursor !== null;) {
    assert.ok(rows.length < 1_000, 'the walk has no end');
    const page = await project.data('GET', `records/${table}?${query}&after=${cursor}`);
    rows.push(...page.rows);
    cursor = page.next_cursor;
  }
  return rows;
}

/** The terms of a sort and an order, followed by the key. */
function orderBy(
  sort: readonly { column: string; down: string }[],
  order: string,
  key: readonly string[],
): string {
  const requested = sort.map(({ column, down }) => ({ column, down: down === '-' }));
  const rest = key.filter((column) => !requested.some((term) => term.column === column));
  const all = [...requested, ...rest.map((column) => ({ column, down: false }))];
  return all.map(({ column, down }) => `${column}${down === (order === 'asc') ? ' DESC' : ''}`).join(', ');
}

const options = { numRuns: RUNS, endOnFailure: true, ...(SEED === undefined ? {} : { seed: Number(SEED) }) };

test(`pages by cursor contain exactly the rows that the sqlite3 shell sorts (${RUNS} tables)`, async () => {
  const cases = tuple(inserts, terms, constantFrom('asc', 'desc'), integer({ min: 1, max: 7 }));
  const property = asyncProperty(cases, async ([statements, sort, order, limit]) => {
    const sorted = project.shell(
      `DELETE FROM rows; BEGIN; ${statements.join('\n')} COMMIT; SELECT id FROM rows ORDER BY ${orderBy(sort, order, ['id'])};`,
    );
    const written = sort.map(({ column, down }) => `${down}${column}`).join(',');
    const rows = await walk({ table: 'rows', sort: written, order, limit });
    assert.deepEqual(
      rows.map(({ id }) => id),
      sorted.split('\n').map(Number),
    );
  });
  await check(property, options);
});

test(`pages by cursor are also correct with a key of several columns (${RUNS} tables)`, async () => {
  const rows = uniqueArray(tuple(text, integer({ min: 0, max: 3 }), anything), {
    selector: ([k, n]) => `${k} ${n}`,
    minLength: 1,
    maxLength: 20,
  });
  const sort = uniqueArray(record({ column: constantFrom('k', 'a', 'n'), down: constantFrom('', '-') }), {
    selector: ({ column }) => column,
    maxLength: 3,
  });
  const cases = tuple(rows, sort, constantFrom('asc', 'desc'), integer({ min: 1, max: 5 }));
  const property = asyncProperty(cases, async ([made, by, order, limit]) => {
    const inserted = made.map(([k, n, a]) => `INSERT OR IGNORE INTO keyed VALUES (${k}, ${a}, ${n});`);
    const sorted = project.shell(
      `DELETE FROM keyed; BEGIN; ${inserted.join('\n')} COMMIT;
       SELECT hex(k) || ' ' || n FROM keyed ORDER BY ${orderBy(by, order, ['k', 'n'])};`,
    );
    const walked = await walk({
      table: 'keyed',
      sort: by.map(({ column, down }) => `${down}${column}`).join(','),
      order,
      limit,
    });
    const listed = sorted.split('\n').map((line) => line.replace(/^FF /, 'EFBFBD '));
    const seen = walked.map(
      ({ k, n }) => `${Buffer.from(String(k)).toString('hex').toUpperCase()} ${String(n)}`,
    );
    assert.deepEqual(seen, listed);
  });
  await check(property, options);
});
