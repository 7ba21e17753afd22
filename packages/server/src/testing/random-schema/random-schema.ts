import * as fc from 'fast-check';

import type { Encoding } from '../../schema/model.ts';
import { Draw } from './draw.ts';
import { randomExpression } from './random-expression.ts';
import { RandomNames, writeName } from './random-name.ts';
import { randomTable, type RandomTable } from './random-table.ts';
import { joinTokens, randomSpace } from './random-text.ts';
import { randomTrigger } from './random-trigger.ts';

/** The statements of a schema, with the expected content of the JSON format about its tables. */
export interface RandomSchema {
  readonly encoding: Encoding;
  readonly userVersion: number;
  readonly applicationId: number;
  readonly tables: readonly RandomTable[];
  /** In an order in which they run. */
  readonly statements: readonly string[];
}

/** Schemas with every kind of object, with hostile names and comments in unusual places. */
export const randomSchemas: fc.Arbitrary<RandomSchema> = fc
  .gen()
  .map((value) => randomSchema(new Draw(value)));

function randomSchema(draw: Draw): RandomSchema {
  // Tables, indexes and views share one namespace; triggers have another.
  const names = new RandomNames();
  const tableNames = draw.some(1, 5, () => names.next(draw));
  const tables = tableNames.map((name) => randomTable(draw, name, tableNames));
  const indexes = draw.some(0, 5, () => randomIndex(draw, names.next(draw), draw.pick(tables)));
  const views = randomViews(draw, names, tableNames);
  const virtualTables = draw.once(4) ? [randomFullText(draw, names, tables)] : [];
  const triggerNames = new RandomNames();
  const triggers = draw.some(0, 5, () =>
    draw.once(3) && views.length > 0
      ? randomTrigger(draw, triggerNames.next(draw), { kind: 'view', name: draw.pick(views).name })
      : randomTrigger(draw, triggerNames.next(draw), { kind: 'table', ...columnNames(draw.pick(tables)) }),
  );
  return {
    encoding: draw.pick(['UTF-8', 'UTF-16le', 'UTF-16be']),
    userVersion: draw.pick([0, 1, -1, 2_147_483_647, -2_147_483_648]),
    applicationId: draw.pick([0, 7, -2_147_483_648]),
    tables,
    statements: [
      ...tables.map((table) => table.sql),
      ...indexes,
      ...views.map((view) => view.sql),
      ...virtualTables,
      ...triggers,
    ],
  };
}

function columnNames(table: RandomTable): { readonly name: string; readonly columns: readonly string[] } {
  return { name: table.name, columns: table.columns.map((column) => column.name) };
}

function randomIndex(draw: Draw, name: string, table: RandomTable): string {
  const { columns } = columnNames(table);
  const terms = draw.some(1, 3, () => {
    const term = draw.once(3)
      ? `( ${randomExpression(draw, columns)} )`
      : writeName(draw, draw.pick(columns));
    const collation = draw.once(4) ? ['COLLATE', draw.pick(['NOCASE', 'desc']).replace('desc', 'RTRIM')] : [];
    return joinTokens(draw, [term, ...collation, ...(draw.once(3) ? [draw.pick(['ASC', 'DESC'])] : [])]);
  });
  const where = draw.once(3) ? ['WHERE', randomExpression(draw, columns)] : [];
  const create = draw.once(3) ? 'CREATE UNIQUE INDEX' : 'CREATE INDEX';
  const head = [create, writeName(draw, name), 'ON', writeName(draw, table.name), '('];
  // SQLite stores the text between the last token and the semicolon.
  return joinTokens(draw, [...head, terms.join(','), ')', ...where]) + randomSpace(draw);
}

function randomViews(
  draw: Draw,
  names: RandomNames,
  tables: readonly string[],
): readonly { readonly name: string; readonly sql: string }[] {
  const sources = [...tables];
  return draw.some(0, 4, () => {
    const name = names.next(draw);
    const source = writeName(draw, draw.pick(sources));
    sources.push(name);
    const columns = draw.once(3) ? ['(', writeName(draw, 'plain'), ',', writeName(draw, 'b"c'), ')'] : [];
    const select = draw.once(3)
      ? ['WITH', 'x', 'AS', '(', 'SELECT', '*', 'FROM', source, ')', 'SELECT', '1', ',', '2', 'FROM', 'x']
      : ['SELECT', "'a;--'", 'AS', writeName(draw, 'x'), ',', 'count(*)', 'FROM', source];
    // No open comment: an export must close it, so the stored text of the copy would differ.
    const comment = draw.pick(['', '', ' -- note', ' /* note */', ' -- note\n', '\n-- a\n-- b']);
    return {
      name,
      sql: joinTokens(draw, ['CREATE VIEW', writeName(draw, name), ...columns, 'AS', ...select]) + comment,
    };
  });
}

function randomFullText(draw: Draw, names: RandomNames, tables: readonly RandomTable[]): string {
  const content = draw.once(2) ? `, content='${draw.pick(tables).name.replaceAll("'", "''")}'` : '';
  const body = draw.pick([
    'title',
    'title, body UNINDEXED',
    '"odd title", "x,y"',
    "title, tokenize = 'porter ascii'",
  ]);
  // The names of the shadow tables begin with this name and must be free, too.
  const name = names.next(draw, ['search', 'full text', 'f"t"s', 'é😀']);
  return `CREATE VIRTUAL TABLE ${writeName(draw, name)} USING fts5(${body}${content})`;
}
