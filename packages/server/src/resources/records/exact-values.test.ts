import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';

import { filtersQuery, type ProjectClient, startProject } from '../../testing/http/project-client.ts';
import { fieldsAtFault } from '../../testing/http/test-server.ts';

let project: ProjectClient;

before(async () => {
  project = await startProject(`
    CREATE TABLE strict(id INTEGER PRIMARY KEY, i INTEGER, r REAL, t TEXT, b BLOB, a ANY) STRICT;
    CREATE TABLE loose(id INTEGER PRIMARY KEY, i INT, r DOUBLE, t VARCHAR(9), b BLOB, a, n DECIMAL(10,2), d DATE);
  `);
});
after(() => project[Symbol.asyncDispose]());

/** A column, the JSON of a value, the stored value in the shell, and the JSON of the answer. */
type Case = readonly [column: string, sent: string, stored: string, returned: string];

const INTEGERS: readonly Case[] = [
  ['i', '9007199254740991', 'integer 9007199254740991', '9007199254740991'],
  ['i', '-9007199254740991', 'integer -9007199254740991', '-9007199254740991'],
  ['i', '9007199254740992', 'integer 9007199254740992', '"9007199254740992"'],
  ['i', '9007199254740993', 'integer 9007199254740993', '"9007199254740993"'],
  ['i', '"-9007199254740993"', 'integer -9007199254740993', '"-9007199254740993"'],
  ['i', '9223372036854775807', 'integer 9223372036854775807', '"9223372036854775807"'],
  ['i', '"9223372036854775807"', 'integer 9223372036854775807', '"9223372036854775807"'],
  ['i', '-9223372036854775808', 'integer -9223372036854775808', '"-9223372036854775808"'],
  ['i', '"0009223372036854775807"', 'integer 9223372036854775807', '"9223372036854775807"'],
  ['i', '"12"', 'integer 12', '12'],
  ['i', '"12.0"', 'integer 12', '12'],
  ['i', '1e3', 'integer 1000', '1000'],
  ['i', '-0', 'integer 0', '0'],
  ['i', 'true', 'integer 1', '1'],
  ['i', 'false', 'integer 0', '0'],
  ['i', 'null', 'null ', 'null'],
];

const REALS: readonly Case[] = [
  ['r', '0.1', 'real 0.1', '0.1'],
  ['r', '1e308', 'real 1.0e+308', '1.0e+308'],
  ['r', '-1.7976931348623157e308', 'real -1.79769313486232e+308', '-1.7976931348623157e+308'],
  ['r', '5e-324', 'real 4.94065645841247e-324', '4.9406564584124654e-324'],
  ['r', '2.225073858507201e-308', 'real 2.2250738585072e-308', '2.2250738585072009e-308'],
  ['r', '"Infinity"', 'real Inf', '"Infinity"'],
  ['r', '"-Infinity"', 'real -Inf', '"-Infinity"'],
  // SQLite does not store the sign of zero.
  ['r', '-0.0', 'real 0.0', '0.0'],
  ['r', '7', 'real 7.0', '7.0'],
  ['r', '"1.5"', 'real 1.5', '1.5'],
];

const TEXTS: readonly Case[] = [
  ['t', '""', 'text ', '""'],
  ['t', '"null"', 'text 6E756C6C', '"null"'],
  ['t', '"😀 ñ"', 'text F09F988020C3B1', '"😀 ñ"'],
  ['t', String.raw`"\ud83d\ude00"`, 'text F09F9880', '"😀"'],
  ['t', String.raw`"a\u0000b"`, 'text 610062', String.raw`"a\u0000b"`],
  ['t', '"\u{feff}x"', 'text EFBBBF78', '"\u{feff}x"'],
  ['t', '5', 'text 35', '"5"'],
  ['t', 'true', 'text 31', '"1"'],
  ['a', '"AP8="', 'text 4150383D', '"AP8="'],
  ['a', '"Infinity"', 'text 496E66696E697479', '"Infinity"'],
  ['a', '"7"', 'text 37', '"7"'],
  ['b', '""', 'blob ', '""'],
  ['b', '"AP8="', 'blob 00FF', '"AP8="'],
];

const ANYTHING: readonly Case[] = [
  ['a', '7', 'integer 7', '7'],
  ['a', '9007199254740993', 'integer 9007199254740993', '"9007199254740993"'],
  ['a', '1.5', 'real 1.5', '1.5'],
  ['a', '1e20', 'real 1.0e+20', '1.0e+20'],
  ['a', 'true', 'integer 1', '1'],
];

for (const table of ['strict', 'loose']) {
  describe(`in a ${table} table`, () => {
    const cases: readonly Case[] = [...INTEGERS, ...REALS, ...TEXTS, ...ANYTHING];
    for (const [column, sent, stored, returned] of cases) {
      test(`${column} accepts ${sent}, and returns ${returned}`, async () => {
        const { row } = await project.data('POST', `records/${table}`, `{"${column}":${sent}}`);
        const bytes = /^(?:text|blob)/.test(stored) ? `hex(${column})` : column;
        assert.equal(
          project.shell(`SELECT typeof(${column}), ${bytes} FROM ${table} WHERE id = ${row.id};`),
          stored.replace(' ', '|'),
        );
        const text = await project.text(`records/${table}/${row.id}`);
        assert.ok(text.includes(`"${column}":${returned}`), text);
        const again = await project.text(`records/${table}?columns=${column}&filters={"id":${row.id}}`);
        assert.ok(again.includes(`"rows":[{"${column}":${returned}}]`), again);
        assert.deepEqual(row[column], JSON.parse(returned));
      });
    }
  });
}

describe('a table that is not STRICT', () => {
  const cases: readonly Case[] = [
    ['i', '"abc"', 'text 616263', '"abc"'],
    ['i', '1.5', 'real 1.5', '1.5'],
    ['r', '"abc"', 'text 616263', '"abc"'],
    ['n', '"12.50"', 'real 12.5', '12.5'],
    ['n', '"9223372036854775807"', 'integer 9223372036854775807', '"9223372036854775807"'],
    ['n', '"twelve"', 'text 7477656C7665', '"twelve"'],
    ['d', '"2024-02-29"', 'text 323032342D30322D3239', '"2024-02-29"'],
    ['b', '5', 'integer 5', '5'],
  ];
  for (const [column, sent, stored, returned] of cases) {
    test(`stores ${sent} in ${column} by SQLite’s affinity`, async () => {
      const { row } = await project.data('POST', 'records/loose', `{"${column}":${sent}}`);
      const bytes = stored.startsWith('text') ? `hex(${column})` : column;
      const read = project.shell(`SELECT typeof(${column}), ${bytes} FROM loose WHERE id = ${row.id};`);
      assert.equal(read, stored.replace(' ', '|'));
      assert.ok((await project.text(`records/loose/${row.id}`)).includes(`"${column}":${returned}`));
    });
  }
});

describe('a value that a column cannot hold is refused with the name of the column', () => {
  const everywhere: readonly (readonly [column: string, sent: string])[] = [
    ['i', '9223372036854775808'],
    ['i', '-9223372036854775809'],
    ['i', '"9223372036854775808"'],
    ['i', `1${'0'.repeat(400)}`],
    ['a', '9223372036854775808'],
    ['t', '9223372036854775808'],
    ['r', '1e400'],
    ['r', '"-1e400"'],
    ['r', `-1${'0'.repeat(400)}`],
    ['a', '-1e400'],
    ['b', '"AP8"'],
    ['b', '"A_-="'],
    ['b', '"hello world"'],
    ['t', String.raw`"\ud83d"`],
    ['a', String.raw`"x\udc00"`],
    ['t', '[1]'],
    ['t', '{"x":1}'],
  ];
  for (const [column, sent] of everywhere) {
    test(`${column} = ${sent.slice(0, 40)}`, async () => {
      for (const table of ['strict', 'loose']) {
        const rows = `records/${table}`;
        const one = await project.refuse('validation_failed', 'POST', rows, `{"${column}":${sent}}`);
        assert.deepEqual(fieldsAtFault(one), [`body.${column}`]);
        const many = await project.refuse(
          'validation_failed',
          'POST',
          rows,
          `{"rows":[{},{"${column}":${sent}}]}`,
        );
        assert.deepEqual(fieldsAtFault(many), [`body.rows[1].${column}`]);
      }
    });
  }

  const strictly: readonly (readonly [column: string, sent: string])[] = [
    ['i', '1.5'],
    ['i', '"12.5"'],
    ['i', '1e20'],
    ['i', '"abc"'],
    ['i', '"0x10"'],
    ['i', '""'],
    ['r', '"abc"'],
    ['r', '"NaN"'],
    ['r', '"inf"'],
    ['b', '5'],
    ['b', 'true'],
  ];
  for (const [column, sent] of strictly) {
    test(`${column} = ${sent} in a STRICT table`, async () => {
      const refused = await project.refuse(
        'constraint_violation',
        'POST',
        'records/strict',
        `{"${column}":${sent}}`,
      );
      assert.deepEqual(fieldsAtFault(refused), [`body.${column}`]);
    });
  }
});

test('a text of half a million characters is returned unchanged', async () => {
  const text = `${'né\0"\\'.repeat(100_000)}😀`;
  const { row } = await project.data('POST', 'records/strict', { t: text });
  assert.equal(row.t, text);
  assert.equal((await project.data('GET', `records/strict/${row.id}`)).row.t, text);
  assert.equal(project.shell(`SELECT length(CAST(t AS BLOB)) FROM strict WHERE id = ${row.id};`), '600004');
});

test('values that the shell writes are read exactly, and can be used in filters', async () => {
  project.shell(`
    DELETE FROM loose;
    INSERT INTO loose(id, i, r, t, b, a) VALUES
      (9223372036854775807, -9223372036854775808, 9e999, 'a' || char(0) || 'b', x'', 9007199254740993),
      (-9223372036854775808, 0, -9e999, '', x'00', x'ff'),
      (3, NULL, NULL, NULL, NULL, 'text'),
      (4, 1.5, 'text', 7, 'text', 0.1);`);
  const { rows } = await project.data('GET', 'records/loose?columns=id,i,r,t,b,a');
  assert.deepEqual(rows, [
    { id: '-9223372036854775808', i: 0, r: '-Infinity', t: '', b: 'AA==', a: '/w==' },
    { id: 3, i: null, r: null, t: null, b: null, a: 'text' },
    { id: 4, i: 1.5, r: 'text', t: '7', b: 'text', a: 0.1 },
    {
      id: '9223372036854775807',
      i: '-9223372036854775808',
      r: 'Infinity',
      t: 'a\0b',
      b: '',
      a: '9007199254740993',
    },
  ]);
  for (const { id } of rows) {
    assert.equal((await project.data('GET', `records/loose/${id}`)).row.id, id);
  }
  for (const column of ['i', 'r', 't'] as const) {
    for (const row of rows) {
      const listed = await project.data('GET', `records/loose?${filtersQuery({ [column]: row[column] })}`);
      assert.deepEqual(
        listed.rows.map(({ id }: { id: unknown }) => id),
        [row.id],
        `${column} = ${row[column]}`,
      );
      const many = [{ column, op: 'in', value: [row[column], 'nothing'] }];
      const among = await project.data('GET', `records/loose?${filtersQuery(many)}`);
      assert.equal(among.returned, 1);
    }
  }
  const byBytes = await project.data('GET', `records/loose?${filtersQuery({ b: 'AA==' })}`);
  assert.equal(byBytes.rows[0].id, '-9223372036854775808');
});

test('a REAL that JavaScript writes with the digits of an integer is compared as this REAL', async () => {
  const { id } = (await project.data('POST', 'records/strict', '{"a":1e20}')).row;
  const found = async (op: string, value: string) => {
    const filters = encodeURIComponent(
      `[{"column":"a","op":"${op}","value":${value}},{"column":"id","value":${id}}]`,
    );
    return (await project.data('GET', `records/strict?filters=${filters}`)).returned;
  };
  const written = JSON.stringify(1e20);
  for (const op of ['=', '>=', '<=']) assert.equal(await found(op, written), 1, op);
  for (const op of ['!=', '>', '<']) assert.equal(await found(op, written), 0, op);
  assert.equal(await found('in', `[${written}]`), 1);
  assert.equal(await found('<', JSON.stringify(2e20)), 1);
});

test('a filter with a value that the column cannot hold is refused', async () => {
  for (const [column, value] of [
    ['i', '9223372036854775808'],
    ['b', 'no base64!'],
    ['t', '\ud83d'],
    ['i', [1]],
    ['i', { x: 1 }],
  ] as const) {
    const exact = await project.refuse(
      'validation_failed',
      'GET',
      `records/strict?${filtersQuery({ [column]: value })}`,
    );
    assert.deepEqual(fieldsAtFault(exact), [`query.filters.${column}`]);
    const list = [{ column, op: 'in', value: [null, value] }];
    const among = await project.refuse('validation_failed', 'GET', `records/strict?${filtersQuery(list)}`);
    assert.deepEqual(fieldsAtFault(among), ['query.filters[0].value[1]']);
  }
});
