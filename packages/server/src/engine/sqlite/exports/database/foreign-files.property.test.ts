import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

import * as fc from 'fast-check';

import { type ForeignFile, foreignFileBytes } from '../../../../testing/foreign-files/foreign-file.ts';
import { isNamedIn, loadNotedDump } from '../../../../testing/foreign-files/noted-export.ts';
import { readableContent } from '../../../../testing/foreign-files/readable-content.ts';
import { exportedDatabase } from '../../../../testing/http/data-exports.ts';
import { temporaryFolder } from '../../../../testing/system/temporary-folder.ts';

/** A tenth of the runs of other properties, because each run writes files. */
const RUNS = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 300) / 10);
const SEED = process.env['PROPERTY_SEED'];

/** Stands in for what SQLite lacks while the file is made. */
const FOREIGN = {
  RTRIM: 'LOCALIZED',
  'lower(': 'st_lower(',
  "'porter'": "'mozporter'",
  '=porter': '=mozporter',
};

interface RandomTable {
  readonly key: 'rowid' | 'integer' | 'text' | 'without rowid';
  readonly collation: '' | 'COLLATE NOCASE' | 'COLLATE RTRIM';
  readonly check: '' | "CHECK (a <> 'a')" | "CHECK (lower(a) <> 'a')" | 'CHECK (a IN ("a", \'b\'))';
  readonly computed:
    | ''
    | "g AS (a || 'g')"
    | 'g AS (lower(a))'
    | 'g AS (lower(a)) STORED'
    | 'g AS (a > b COLLATE RTRIM)';
  readonly index:
    | ''
    | '(b)'
    | '(b COLLATE RTRIM)'
    | '(lower(b))'
    | '(b) WHERE lower(a) IS NOT NULL'
    | '(b, "b ")';
  readonly rowids: readonly number[];
}

const randomTables: fc.Arbitrary<RandomTable> = fc.record({
  key: fc.constantFrom('rowid', 'integer', 'text', 'without rowid'),
  collation: fc.constantFrom('', '', 'COLLATE NOCASE', 'COLLATE RTRIM'),
  check: fc.constantFrom('', '', "CHECK (a <> 'a')", "CHECK (lower(a) <> 'a')", 'CHECK (a IN ("a", \'b\'))'),
  computed: fc.constantFrom(
    '',
    '',
    "g AS (a || 'g')",
    'g AS (lower(a))',
    'g AS (lower(a)) STORED',
    'g AS (a > b COLLATE RTRIM)',
  ),
  index: fc.constantFrom(
    '',
    '(b)',
    '(b COLLATE RTRIM)',
    '(lower(b))',
    '(b) WHERE lower(a) IS NOT NULL',
    '(b, "b ")',
  ),
  rowids: fc.uniqueArray(fc.integer({ min: -5, max: 60 }), { maxLength: 8 }),
});

/** Of a full-text table `f` over the first table, `t0`. */
const FULL_TEXT = [
  '',
  'fts5 (a)',
  "fts5 (a, content='')",
  "fts5 (a, content='t0')",
  "fts5 (a, tokenize='porter')",
  "fts5 (a, content='t0', tokenize='porter')",
  'fts4 (a)',
  'fts4 (content="", a)',
  'fts4 (content="t0", a)',
  'fts4 (content="t0")',
  'fts4 (a, tokenize=porter)',
  'fts4 (a, languageid="lang")',
  'fts3 (a, tokenize=porter)',
] as const;

/** Statements about `t0`, which run last, so that no row fires a trigger. */
const PROGRAMS = [
  '',
  'CREATE VIEW v AS SELECT lower(a) FROM t0',
  'CREATE VIEW v AS SELECT a, "text" AS x FROM t0 ORDER BY a COLLATE RTRIM',
  'CREATE TRIGGER r AFTER UPDATE ON t0 BEGIN SELECT lower(new.a); END',
  'CREATE TRIGGER r AFTER DELETE ON t0 BEGIN DELETE FROM gone; END',
] as const;

const STORED: NonNullable<ForeignFile['stored']> = [
  { type: 'table', name: 'near', sql: 'CREATE VIRTUAL TABLE near USING spellfix1' },
  { type: 'table', name: "it's", sql: `CREATE VIRTUAL TABLE "it's" USING vec0(e float[4], x='y')` },
  {
    type: 'trigger',
    name: 's',
    table: 't0',
    sql: 'CREATE TRIGGER s AFTER DELETE ON other.t0 BEGIN SELECT 1; END',
  },
];

const randomFiles: fc.Arbitrary<ForeignFile> = fc
  .record({
    tables: fc.array(randomTables, { minLength: 1, maxLength: 3 }),
    fullText: fc.constantFrom(...FULL_TEXT),
    program: fc.constantFrom(...PROGRAMS),
    stored: fc.subarray([...STORED]),
  })
  .map(({ tables, fullText, program, stored }) => ({
    name: 'random',
    replaced: FOREIGN,
    stored,
    statements: [
      'PRAGMA ignore_check_constraints = ON',
      ...tables.flatMap((table, position) => tableStatements(table, `t${position}`)),
      ...(fullText === '' ? [] : fullTextStatements(fullText)),
      program,
    ].join(';\n'),
  }));

function tableStatements(table: RandomTable, name: string): readonly string[] {
  const { key, collation, check, computed, index, rowids } = table;
  const columns = [
    {
      rowid: 'k',
      integer: 'k INTEGER PRIMARY KEY',
      text: `k TEXT ${collation} PRIMARY KEY`,
      'without rowid': `k TEXT ${collation} PRIMARY KEY`,
    }[key],
    `a TEXT ${collation} ${check}`,
    'b',
    ...(computed === '' ? [] : [computed]),
  ];
  const hasRowid = key === 'rowid' || key === 'text';
  return [
    `CREATE TABLE ${name} (${columns.join(', ')})${key === 'without rowid' ? ' WITHOUT ROWID' : ''}`,
    ...rowids.map((rowid, position) => {
      const value =
        ["'a'", "'B b'", 'NULL', "x'00'", '35.6595993', "CAST(x'ff00' AS TEXT)"][position % 6] ?? 'NULL';
      const names = hasRowid ? 'rowid, k, a, b' : 'k, a, b';
      return `INSERT INTO ${name} (${names}) VALUES (${hasRowid ? `${rowid}, ` : ''}${rowid}, ${value}, ${value})`;
    }),
    ...(index === '' ? [] : [`CREATE INDEX i_${name} ON ${name} ${index}`]),
  ];
}

/** With rows of its own, if it has any, which may be out of step with `t0`. */
function fullTextStatements(fullText: string): readonly string[] {
  return [
    `CREATE VIRTUAL TABLE f USING ${fullText}`,
    ...(/^fts4 \(content="t0"\)$/.test(fullText)
      ? []
      : ["INSERT INTO f (rowid, a) VALUES (3, 'words'), (50, 'b')"]),
    ...(fullText.startsWith('fts5') ? ['CREATE VIRTUAL TABLE terms USING fts5vocab (f, row)'] : []),
  ];
}

test(`a dump and a copy of any file of another program have the rows of every table that no note names (${RUNS} files)`, async () => {
  using folder = temporaryFolder();
  let count = 0;
  const property = fc.asyncProperty(randomFiles, async (file) => {
    count += 1;
    const path = join(folder.path, `${count}.db`);
    writeFileSync(path, foreignFileBytes(file));
    for (const exclude of [[], ['t0']]) {
      for (const format of ['sql', 'sqlite'] as const) await assertSame(path, { format, exclude });
    }
  });
  await fc.assert(property, {
    numRuns: RUNS,
    endOnFailure: true,
    ...(SEED !== undefined && { seed: Number(SEED) }),
  });
});

async function assertSame(
  path: string,
  request: { readonly format: 'sql' | 'sqlite'; readonly exclude: readonly string[] },
): Promise<void> {
  const original = readableContent(path);
  const { bytes, warnings } = await exportedDatabase(path, request);
  const copy = `${path}-${request.format}-${request.exclude.length}`;
  if (request.format === 'sqlite') writeFileSync(copy, bytes);
  else loadNotedDump(copy, bytes.toString('utf8'), warnings);
  const content = readableContent(copy);
  if (request.format === 'sqlite' && request.exclude.length === 0) assert.deepEqual(content, original);
  for (const [table, rows] of Object.entries(original.rows)) {
    // A vocabulary has what its full-text table finds, which is rebuilt from the content.
    if (request.exclude.includes(table) || table === 'terms' || isNamedIn(warnings, table)) continue;
    assert.deepEqual(content.rows[table], rows, `${request.format}: ${table}`);
  }
}
