import { foldName, quoteIdentifier } from '../../identifier.ts';
import type { Column, Index, IndexTerm, KeyColumn, OrdinaryTable } from '../../model.ts';
import { isNullable } from '../../nullability.ts';
import { rowidAliasIn } from '../../rowid-alias.ts';
import type { FreeNames } from '../shared/unique-names.ts';
import { postgresDefault } from './default.ts';
import {
  type ExpressionColumns,
  translateCondition,
  translateValue,
  type Value,
  type ValueKind,
} from './expression.ts';
import { keyOf } from './foreign-keys.ts';
import type { LeftOut } from './left-out.ts';
import { relationName } from './names.ts';
import type { PlannedColumn, PlannedTable } from './plan.ts';
import type { PostgresType } from './types.ts';

export interface TableStatements {
  readonly table: PlannedTable;
  /** CREATE TABLE and the CREATE INDEX of each index. */
  readonly sql: string;
  readonly leftOut: readonly LeftOut[];
  /** The columns that are generated in PostgreSQL, too. */
  readonly generated: ReadonlySet<PlannedColumn>;
  /** The keys that a foreign key can reference. */
  readonly uniqueKeys: ReadonlySet<string>;
}

/** `sequencesAreNamed`: whether the sequence of an identity column needs an explicit, unused name. */
export function tableStatements(
  table: PlannedTable,
  names: FreeNames,
  sequencesAreNamed: boolean,
): TableStatements {
  return new TableWriter(table, names, sequencesAreNamed).write();
}

/** The limit for indexes, including those of constraints. https://www.postgresql.org/docs/15/limits.html */
const MAXIMUM_KEY_COLUMNS = 32;

class TableWriter {
  readonly #planned: PlannedTable;
  readonly #table: OrdinaryTable;
  readonly #names: FreeNames;
  readonly #sequencesAreNamed: boolean;
  readonly #rowidAlias: Column | null;
  readonly #leftOut: LeftOut[] = [];
  readonly #generated = new Set<PlannedColumn>();
  readonly #writtenKeys = new Set<string>();
  readonly #uniqueKeys = new Set<string>();

  constructor(planned: PlannedTable, names: FreeNames, sequencesAreNamed: boolean) {
    this.#planned = planned;
    this.#table = planned.table;
    this.#names = names;
    this.#sequencesAreNamed = sequencesAreNamed;
    this.#rowidAlias = rowidAliasIn(planned.table);
  }

  write(): TableStatements {
    this.#listOptions();
    const lines = [
      ...this.#planned.columns.map((column) => this.#column(column)),
      ...this.#primaryKey(),
      ...this.#uniques(),
      ...this.#checks(),
    ];
    const create = `CREATE TABLE ${quoteIdentifier(this.#planned.name)} (\n  ${lines.join(',\n  ')}\n);\n`;
    const created = this.#table.indexes.filter((index) => index.origin === 'create');
    return {
      table: this.#planned,
      sql: create + created.map((index) => this.#index(index)).join(''),
      leftOut: this.#leftOut,
      generated: this.#generated,
      uniqueKeys: this.#uniqueKeys,
    };
  }

  #listOptions(): void {
    const { withoutRowid, columns, primaryKey, uniques } = this.#table;
    // Every PostgreSQL table corresponds to a STRICT table.
    if (withoutRowid) this.#leaveOut('option of table', this.#table.name, 'WITHOUT ROWID');
    for (const { name, collation, notNullOnConflict } of columns) {
      if (collation !== 'BINARY') this.#leaveOut('collation of column', this.#full(name), collation);
      if (notNullOnConflict !== null) {
        this.#leaveOut(
          'conflict clause of column',
          this.#full(name),
          `NOT NULL ON CONFLICT ${notNullOnConflict}`,
        );
      }
    }
    for (const key of [...(primaryKey === null ? [] : [primaryKey]), ...uniques]) {
      const names = key.columns.map(({ name }) => quoteIdentifier(name)).join(', ');
      if (key.onConflict !== null) {
        this.#leaveOut(
          'conflict clause of table',
          this.#table.name,
          `(${names}) ON CONFLICT ${key.onConflict}`,
        );
      }
      // A collation that the column has, too, is listed with the column.
      const collated = key.columns.filter(
        ({ name, collation }) =>
          collation !== 'BINARY' && collation !== this.#planned.byName.get(foldName(name))?.column.collation,
      );
      for (const { name, collation } of collated) {
        this.#leaveOut(
          'collation of key',
          this.#table.name,
          `(${names}): ${quoteIdentifier(name)} ${collation}`,
        );
      }
    }
  }

  #leaveOut(kind: string, name: string, text: string): void {
    this.#leftOut.push({ kind, name, text });
  }

  #full(column: string): string {
    return `${this.#table.name}.${column}`;
  }

  #column(planned: PlannedColumn): string {
    const { column, name, type } = planned;
    const parts = [quoteIdentifier(name), type.sql];
    // An identity column is always NOT NULL.
    if (column !== this.#rowidAlias && !isNullable(this.#table, column)) parts.push('NOT NULL');
    if (column === this.#rowidAlias) parts.push(this.#identity(planned));
    else if (column.generated !== null) parts.push(...this.#generation(planned));
    else if (column.default !== null) parts.push(...this.#default(column, type));
    return parts.join(' ');
  }

  #identity({ name }: PlannedColumn): string {
    const identity = 'GENERATED BY DEFAULT AS IDENTITY';
    if (!this.#sequencesAreNamed) return identity;
    const sequence = this.#names.take(`${this.#planned.name}_${name}_seq`);
    return `${identity} (SEQUENCE NAME ${quoteIdentifier(sequence)})`;
  }

  /** PostgreSQL 15 stores every generated column and does not let it use another one. */
  #generation(planned: PlannedColumn): readonly string[] {
    const { column } = planned;
    const expression = column.generated?.expression ?? null;
    const value = expression === null ? null : translateValue(expression, this.#expressionColumns('given'));
    if (value !== null && isStoredAs(value, planned)) {
      this.#generated.add(planned);
      return [`GENERATED ALWAYS AS (${value.sql}) STORED`];
    }
    this.#leaveOut('expression of generated column', this.#full(column.name), expression ?? 'not understood');
    return [];
  }

  #default(column: Column, type: PostgresType): readonly string[] {
    const sql = postgresDefault(column.default ?? '', type);
    if (sql !== null) return [`DEFAULT ${sql}`];
    this.#leaveOut('default of column', this.#full(column.name), column.default ?? '');
    return [];
  }

  #primaryKey(): readonly string[] {
    const { primaryKey } = this.#table;
    if (primaryKey === null) return [];
    return this.#key('PRIMARY KEY', primaryKey.columns, primaryKey.name ?? `${this.#planned.name}_pkey`);
  }

  /** From the indexes, because SQLite creates one index for two equal constraints. */
  #uniques(): readonly string[] {
    return this.#table.indexes
      .filter((index) => index.origin === 'unique')
      .flatMap((index) => {
        const columns = index.columns
          .map((term) => this.#termColumn(term))
          .filter((column) => column !== null);
        const key = columns.map(({ column }) => column.name);
        const name = this.#table.uniques.find((unique) => sameNames(unique.columns, key))?.name ?? null;
        const implied = `${this.#planned.name}_${columns.map((each) => each.name).join('_')}_key`;
        return this.#key(
          'UNIQUE',
          key.map((each) => ({ name: each })),
          name ?? implied,
        );
      });
  }

  #key(words: string, key: readonly Pick<KeyColumn, 'name'>[], wantedName: string): readonly string[] {
    const found = key.map(({ name }) => this.#planned.byName.get(foldName(name))?.name ?? '');
    // In SQLite, a key may contain a column twice, with two collations.
    const columns = [...new Set(found)];
    if (columns.length > MAXIMUM_KEY_COLUMNS) {
      this.#leaveOut(
        'key of table',
        this.#table.name,
        `${words} (${columns.map(quoteIdentifier).join(', ')})`,
      );
      return [];
    }
    const written = columns.map(quoteIdentifier).join(', ');
    // The same key would create the same index again.
    if (this.#writtenKeys.has(written)) return [];
    this.#writtenKeys.add(written);
    this.#uniqueKeys.add(keyOf(columns));
    const name = quoteIdentifier(this.#names.take(relationName(wantedName)));
    return [`CONSTRAINT ${name} ${words} (${written})`];
  }

  #checks(): readonly string[] {
    return this.#table.checks.flatMap(({ name, expression }) => {
      const condition = translateCondition(expression, this.#expressionColumns('any'));
      if (condition === null) {
        const named = name === null ? '' : ` ${quoteIdentifier(name)}`;
        this.#leaveOut('check of table', this.#table.name, `CHECK${named} (${expression})`);
        return [];
      }
      const constraint = this.#names.take(relationName(name ?? `${this.#planned.name}_check`));
      return [`CONSTRAINT ${quoteIdentifier(constraint)} CHECK (${condition})`];
    });
  }

  #index(index: Index): string {
    const terms = index.columns.map((term) => this.#term(term));
    const where =
      index.where === null ? null : translateCondition(index.where, this.#expressionColumns('any'));
    const isWhole = !terms.includes(null) && (where === null) === (index.where === null);
    if (!isWhole || terms.length > MAXIMUM_KEY_COLUMNS) {
      this.#leaveOut('index', index.name, index.sql ?? '');
      return '';
    }
    const collations = index.columns.filter((term) => !isBinary(term));
    if (collations.length > 0) {
      this.#leaveOut(
        'collation of index',
        index.name,
        collations.map(({ collation }) => collation).join(', '),
      );
    }
    const columns = index.columns.map((term) => this.#termColumn(term)?.name ?? null);
    if (index.unique && where === null && !columns.includes(null)) {
      this.#uniqueKeys.add(keyOf(columns.filter((column) => column !== null)));
    }
    const name = quoteIdentifier(this.#planned.indexNames.get(index.name) ?? '');
    const create = `CREATE ${index.unique ? 'UNIQUE ' : ''}INDEX ${name}`;
    const condition = where === null ? '' : ` WHERE ${where}`;
    return `${create} ON ${quoteIdentifier(this.#planned.name)} (${terms.join(', ')})${condition};\n`;
  }

  #term(term: IndexTerm): string | null {
    const order = term.order === 'DESC' ? ' DESC' : '';
    const column = this.#termColumn(term);
    if (column !== null) return quoteIdentifier(column.name) + order;
    if (term.kind !== 'expression' || term.expression === null || !isBinary(term)) return null;
    const value = translateValue(term.expression, this.#expressionColumns('any'));
    return value === null || value.isLiteral ? null : `(${value.sql})${order}`;
  }

  /** A term that is the rowid is the INTEGER PRIMARY KEY, if there is one. */
  #termColumn(term: IndexTerm): PlannedColumn | null {
    const name =
      term.kind === 'column' ? term.name : term.kind === 'rowid' ? this.#rowidAlias?.name : undefined;
    return name === undefined ? null : (this.#planned.byName.get(foldName(name)) ?? null);
  }

  /** `given` are the columns that are not generated. */
  #expressionColumns(which: 'any' | 'given'): ExpressionColumns {
    return new Map(
      this.#planned.columns.flatMap(({ column, name, type }) => {
        const kind = kindOf(column, type);
        if (kind === null || (which === 'given' && column.generated !== null)) return [];
        return [[foldName(column.name), { name, kind, isPortable: column.collation === 'BINARY' }] as const];
      }),
    );
  }
}

/** Null for a column whose values SQLite compares by their own types. */
function kindOf(column: Column, type: PostgresType): ValueKind | null {
  if (type.family === 'bytes') return null;
  if (type.family === 'text') return column.affinity === 'TEXT' ? 'text' : null;
  return type.sql === 'smallint' ? 'small' : type.family;
}

function isStoredAs(value: Value, { column, type }: PlannedColumn): boolean {
  const kind = kindOf(column, type);
  if (value.kind === 'small') return kind === 'integer';
  return value.kind === kind && type.digits === null;
}

function sameNames(columns: readonly KeyColumn[], names: readonly string[]): boolean {
  return (
    columns.length === names.length &&
    columns.every(({ name }, position) => foldName(name) === foldName(names[position] ?? ''))
  );
}

/** The rowid has no collation. */
function isBinary({ kind, collation }: IndexTerm): boolean {
  return kind === 'rowid' || collation === 'BINARY';
}
