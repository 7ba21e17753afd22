import type { ConflictAction, Deferral } from '../../schema/model.ts';
import type { Draw } from './draw.ts';
import { LITERALS, randomExpression } from './random-expression.ts';
import { RandomNames, writeName } from './random-name.ts';
import { joinTokens, keyword, randomSpace } from './random-text.ts';

/** A table with the expected content of the JSON format about it. */
export interface RandomTable {
  readonly name: string;
  readonly sql: string;
  readonly columns: readonly RandomColumn[];
  readonly primaryKey: readonly string[];
  readonly checks: readonly { readonly name: string | null; readonly expression: string }[];
  readonly foreignKeys: readonly RandomForeignKey[];
}

export interface RandomColumn {
  readonly name: string;
  readonly collation: string;
  readonly generated: { readonly kind: 'virtual' | 'stored'; readonly expression: string } | null;
  readonly notNullOnConflict: ConflictAction | null;
}

export interface RandomForeignKey {
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly referencedTable: string;
  readonly deferral: Deferral;
}

interface TableDraft {
  readonly columns: RandomColumn[];
  readonly primaryKey: string[];
  readonly checks: { readonly name: string | null; readonly expression: string }[];
  readonly foreignKeys: RandomForeignKey[];
  /** The conflict clause of all keys: SQLite rejects different ones for keys with the same columns. */
  readonly keyConflict: ConflictAction;
}

/** @param tables the names that foreign keys may reference, including this and later tables, so that cycles occur. */
export function randomTable(draw: Draw, name: string, tables: readonly string[]): RandomTable {
  const strict = draw.once(4);
  const withoutRowid = draw.once(4);
  const table: TableDraft = {
    columns: [],
    primaryKey: [],
    checks: [],
    foreignKeys: [],
    keyConflict: draw.pick(CONFLICTS),
  };
  const names = new RandomNames();
  const integerKey = !withoutRowid && draw.once(3);
  const parts = draw.some(1, 6, (position) =>
    integerKey && position === 0
      ? integerKeyColumn(draw, table, names.next(draw))
      : randomColumn(draw, table, names.next(draw), strict, tables),
  );
  const keyed = withoutRowid || (!integerKey && draw.once(3));
  const constraints = randomConstraints(draw, table, keyed, tables);
  const separator = draw.once(3) ? ' ' : ' , ';
  const body = parts.join(',') + (constraints.length > 0 ? `,${constraints.join(separator)}` : '');
  const options = [
    ...(withoutRowid ? [joinTokens(draw, [keyword(draw, 'WITHOUT'), 'rowid'])] : []),
    ...(strict ? [keyword(draw, 'STRICT')] : []),
  ];
  const head = joinTokens(draw, ['CREATE TABLE', writeName(draw, name), '(']);
  return { ...table, name, sql: joinTokens(draw, [head, body, ')', options.join(',')]) };
}

const TYPES = [
  '',
  'INTEGER',
  'TEXT',
  'REAL',
  'BLOB',
  'NUMERIC',
  'VARCHAR(120)',
  'DECIMAL(10, -2)',
  'UNSIGNED BIG INT',
  '"quoted type"',
  'no action',
  'POINT',
  'ANY',
  'generated always',
];
const STRICT_TYPES = ['INT', 'INTEGER', 'REAL', 'TEXT', 'BLOB', 'ANY'];
const COLLATIONS = ['BINARY', 'NOCASE', 'RTRIM'];
const CONFLICTS: readonly ConflictAction[] = ['ROLLBACK', 'ABORT', 'FAIL', 'IGNORE', 'REPLACE'];

function integerKeyColumn(draw: Draw, table: TableDraft, name: string): string {
  table.columns.push({ name, collation: 'BINARY', generated: null, notNullOnConflict: null });
  table.primaryKey.push(name);
  const autoincrement = draw.once(2) ? ['AUTOINCREMENT'] : [];
  return joinTokens(draw, [writeName(draw, name), 'INTEGER', 'PRIMARY', 'KEY', ...autoincrement]);
}

function randomColumn(
  draw: Draw,
  table: TableDraft,
  name: string,
  strict: boolean,
  tables: readonly string[],
): string {
  const plain = table.columns.filter((column) => column.generated === null).map((column) => column.name);
  const generated = plain.length > 0 && draw.once(4) ? randomGenerated(draw, plain) : null;
  const constraints: string[] = generated === null ? [] : [generated.sql];
  const collations = draw.once(3) ? draw.some(1, 2, () => draw.pick(COLLATIONS)) : [];
  const conflict = draw.once(6) ? draw.pick(CONFLICTS) : null;
  const notNull = conflict !== null || draw.once(4);
  for (const collation of collations) constraints.push(joinTokens(draw, ['COLLATE', collation]));
  if (notNull) constraints.push(joinTokens(draw, ['NOT', 'NULL', ...onConflict(conflict)]));
  if (generated === null && draw.once(4))
    constraints.push(joinTokens(draw, ['DEFAULT', randomDefault(draw)]));
  table.columns.push({
    name,
    collation: collations.at(-1) ?? 'BINARY',
    generated: generated && { kind: generated.kind, expression: generated.expression },
    notNullOnConflict: conflict,
  });
  if (draw.once(5)) constraints.push(joinTokens(draw, ['UNIQUE', ...keyConflict(draw, table)]));
  if (draw.once(5)) constraints.push(randomCheck(draw, table, [name]));
  if (draw.once(5)) constraints.push(randomReference(draw, table, name, tables));
  const type = draw.pick(strict ? STRICT_TYPES : TYPES);
  const typed = joinTokens(draw, [writeName(draw, name), ...(type === '' ? [] : [type])]);
  if (constraints.length === 0) return typed;
  // SQLite reads a comment directly after a type as a part of it, and a STRICT table then rejects the type.
  return typed + (strict ? ' ' : randomSpace(draw)) + joinTokens(draw, constraints);
}

function randomGenerated(
  draw: Draw,
  columns: readonly string[],
): { readonly kind: 'virtual' | 'stored'; readonly expression: string; readonly sql: string } {
  const expression = randomExpression(draw, columns);
  const kind = draw.pick(['virtual', 'stored'] as const);
  const words = draw.once(2) ? ['GENERATED ALWAYS', 'AS'] : ['AS'];
  const ending = kind === 'stored' ? ['STORED'] : draw.pick([[], ['VIRTUAL']]);
  return { kind, expression, sql: joinTokens(draw, [...words, '(', expression, ')', ...ending]) };
}

function randomDefault(draw: Draw): string {
  return draw.pick([
    ...LITERALS,
    '+ 5',
    '(1 + (2))',
    'CURRENT_TIMESTAMP',
    "('a' || 'b')",
    'true',
    'bare',
    '"quoted"',
    '[it\'s "bracketed"]',
    '`[]`',
  ]);
}

function keyConflict(draw: Draw, table: TableDraft): readonly string[] {
  return onConflict(draw.once(3) ? table.keyConflict : null);
}

function onConflict(action: ConflictAction | null): readonly string[] {
  return action === null ? [] : ['ON', 'CONFLICT', action];
}

function constraintName(draw: Draw): { readonly name: string | null; readonly tokens: readonly string[] } {
  if (!draw.once(2)) return { name: null, tokens: [] };
  const name = new RandomNames().next(draw);
  return { name, tokens: [keyword(draw, 'CONSTRAINT'), writeName(draw, name)] };
}

function randomCheck(draw: Draw, table: TableDraft, columns: readonly string[]): string {
  const { name, tokens } = constraintName(draw);
  const expression = randomExpression(draw, columns);
  table.checks.push({ name, expression });
  return joinTokens(draw, [...tokens, keyword(draw, 'CHECK'), '(', expression, ')']);
}

const ACTIONS = [
  'ON DELETE CASCADE',
  'ON UPDATE SET NULL',
  'ON DELETE NO ACTION',
  'ON UPDATE RESTRICT',
  'ON DELETE SET DEFAULT',
  'MATCH FULL',
];

const DEFERRALS: readonly (readonly [string, Deferral])[] = [
  ['', 'NOT DEFERRABLE'],
  ['NOT DEFERRABLE', 'NOT DEFERRABLE'],
  ['DEFERRABLE', 'INITIALLY IMMEDIATE'],
  ['DEFERRABLE INITIALLY IMMEDIATE', 'INITIALLY IMMEDIATE'],
  ['DEFERRABLE INITIALLY DEFERRED', 'INITIALLY DEFERRED'],
];

function randomReference(draw: Draw, table: TableDraft, column: string, tables: readonly string[]): string {
  const { name, tokens } = constraintName(draw);
  const clause = referenceClause(draw, tables, 1);
  table.foreignKeys.push({ name, columns: [column], ...clause.facts });
  return joinTokens(draw, [...tokens, ...clause.tokens]);
}

function referenceClause(
  draw: Draw,
  tables: readonly string[],
  width: number,
): {
  readonly tokens: readonly string[];
  readonly facts: { readonly referencedTable: string; readonly deferral: Deferral };
} {
  const referencedTable = draw.pick([...tables, 'missing table']);
  const [written, deferral] = draw.pick(DEFERRALS);
  const columns = Array.from({ length: width }, () => writeName(draw, draw.pick(['plain', 'it"s'])));
  const tokens = ['REFERENCES', writeName(draw, referencedTable)];
  if (draw.once(2)) tokens.push('(', columns.join(','), ')');
  tokens.push(
    ...draw.some(0, 2, () => draw.pick(ACTIONS)),
    ...written.split(' ').filter((word) => word !== ''),
  );
  return { tokens, facts: { referencedTable, deferral } };
}

function randomConstraints(
  draw: Draw,
  table: TableDraft,
  keyed: boolean,
  tables: readonly string[],
): readonly string[] {
  const plain = table.columns.filter((column) => column.generated === null).map((column) => column.name);
  const all = table.columns.map((column) => column.name);
  const constraints: string[] = [];
  if (keyed) {
    table.primaryKey.push(...draw.choose(plain, 3));
    constraints.push(keyConstraint(draw, table, ['PRIMARY', 'KEY'], table.primaryKey));
  }
  constraints.push(...draw.some(0, 2, () => keyConstraint(draw, table, ['UNIQUE'], draw.choose(all, 3))));
  constraints.push(...draw.some(0, 2, () => randomCheck(draw, table, all)));
  constraints.push(
    ...draw.some(0, 2, () => {
      const { name, tokens } = constraintName(draw);
      const columns = draw.choose(all, 2);
      const clause = referenceClause(draw, tables, columns.length);
      table.foreignKeys.push({ name, columns, ...clause.facts });
      const written = columns.map((column) => writeName(draw, column)).join(' , ');
      return joinTokens(draw, [...tokens, 'FOREIGN', 'KEY', '(', written, ')', ...clause.tokens]);
    }),
  );
  return constraints;
}

function keyConstraint(
  draw: Draw,
  table: TableDraft,
  words: readonly string[],
  columns: readonly string[],
): string {
  const terms = columns.map((column) => {
    const collation = draw.once(4) ? ['COLLATE', draw.pick(COLLATIONS)] : [];
    const order = draw.once(3) ? [draw.pick(['ASC', 'DESC'])] : [];
    return joinTokens(draw, [writeName(draw, column), ...collation, ...order]);
  });
  const { tokens } = constraintName(draw);
  return joinTokens(draw, [...tokens, ...words, '(', terms.join(','), ')', ...keyConflict(draw, table)]);
}
