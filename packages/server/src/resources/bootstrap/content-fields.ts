import { type Static, Type } from 'typebox';

import { invalidField } from '../../core/errors.ts';
import type { ValueFormat } from '../../core/tagged-value.ts';
import type { IndexOfTable, NewDatabase, SeededTable } from '../../engine/new-database.ts';
import { displayName } from '../../http/fields/display-name.ts';
import { existingName, newObjectName } from '../../http/fields/object-name.ts';
import { fieldAt, type FieldOf, fieldsOf } from '../../http/subject-fields.ts';
import { foldName } from '../../schema/identifier.ts';
import type { ColumnPlace } from '../columns/column-fields.ts';
import { newIndexField, newIndexKeys, toNewIndex } from '../indexes/index-fields.ts';
import { clientRow } from '../records/record-fields.ts';
import { requireRowValues } from '../records/value-fields.ts';
import { spelledColumnField, spelledColumnFields, toSpelledColumn } from './spelled-column-fields.ts';

const MAX_TABLES = 200;
const MAX_SEED_ROWS = 10_000;
/** The maximum number of indexes in all, including the indexes of tables. */
const MAX_INDEXES = 500;

const indexOfOwnTable = Type.Object(
  { table_name: Type.Optional(existingName), ...newIndexKeys },
  { additionalProperties: false },
);

const seededTable = Type.Object(
  {
    table_name: newObjectName,
    display_name: Type.Optional(Type.Union([displayName, Type.Null()])),
    columns: Type.Optional(Type.Array(spelledColumnFields, { maxItems: 1_000 })),
    seed: Type.Optional(Type.Array(clientRow, { maxItems: MAX_SEED_ROWS })),
    indexes: Type.Optional(Type.Array(indexOfOwnTable, { maxItems: 100 })),
  },
  { additionalProperties: false },
);

const indexOfAnyTable = Type.Object(
  { table_name: existingName, ...newIndexKeys },
  { additionalProperties: false },
);

/** The fields for the initial content of the database. */
export const contentKeys = {
  tables: Type.Optional(Type.Array(seededTable, { maxItems: MAX_TABLES })),
  indexes: Type.Optional(Type.Array(indexOfAnyTable, { maxItems: MAX_INDEXES })),
};

type Tables = readonly Static<typeof seededTable>[];
type Indexes = readonly Static<typeof indexOfAnyTable>[];

interface Content {
  readonly tables?: Tables;
  readonly indexes?: Indexes;
}

/** Maps a part of the new database to its field. */
export function contentField({ tables = [], indexes = [] }: Content): FieldOf {
  const places = [
    ...tables.flatMap((table, position) => {
      return (table.indexes ?? []).map((_, index) => `body.tables[${position}].indexes[${index}]`);
    }),
    ...indexes.map((_, position) => `body.indexes[${position}]`),
  ];
  return fieldsOf<Exclude<keyof NewDatabase, 'statements'>>({
    tables: ([position, ...path]) => seededTableField(tables, Number(position))(path),
    indexes: ([position, _index, ...path]) => newIndexField(places[Number(position)] ?? 'body.indexes')(path),
  });
}

function seededTableField(tables: Tables, position: number): FieldOf {
  const field = `body.tables[${position}]`;
  const columns = tables[position]?.columns ?? [];
  return fieldsOf<keyof SeededTable>({
    table: fieldsOf<'name' | 'displayName' | 'columns'>({
      name: () => `${field}.table_name`,
      displayName: () => `${field}.display_name`,
      columns: (path) => spelledColumnField(`${field}.columns`, columns, path),
    }),
    rows: (path) => fieldAt(`${field}.seed`, path),
  });
}

/** @throws RowhouseError `validation_failed` for errors that a schema cannot detect. */
export function toNewDatabase({ tables = [], indexes = [] }: Content, format: ValueFormat): NewDatabase {
  const names = namesOf(tables);
  const count = indexes.length + tables.reduce((sum, table) => sum + (table.indexes?.length ?? 0), 0);
  if (count > MAX_INDEXES) {
    throw invalidField(
      'body.indexes',
      `must be at most ${MAX_INDEXES} in all, including the indexes of tables`,
    );
  }
  return {
    tables: tables.map((table, position) =>
      toSeededTable(table, { field: `body.tables[${position}]`, format }),
    ),
    indexes: [
      ...tables.flatMap((table, position) => ownIndexes(table, `body.tables[${position}]`)),
      ...indexes.map((index, position) => placedIndex(index, names, `body.indexes[${position}]`)),
    ],
  };
}

/** Returns the table names as given, by their folded form. */
function namesOf(tables: Tables): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  for (const [position, { table_name: name }] of tables.entries()) {
    if (names.has(foldName(name))) {
      throw invalidField(`body.tables[${position}].table_name`, 'is already the name of another table');
    }
    names.set(foldName(name), name);
  }
  return names;
}

function toSeededTable(fields: Tables[number], { field, format }: ColumnPlace): SeededTable {
  const { table_name: name, display_name: displayedName = null, columns = [], seed = [] } = fields;
  for (const [index, row] of seed.entries()) requireRowValues(row, `${field}.seed[${index}]`, format);
  return {
    table: {
      name,
      displayName: displayedName,
      columns: columns.map((column, position) => {
        return toSpelledColumn(column, { field: `${field}.columns[${position}]`, format });
      }),
      foreignKeys: [],
      checks: [],
    },
    rows: seed,
  };
}

function ownIndexes(
  { table_name: table, indexes = [] }: Tables[number],
  field: string,
): readonly IndexOfTable[] {
  return indexes.map((index, position) => {
    const place = `${field}.indexes[${position}]`;
    if (index.table_name !== undefined && foldName(index.table_name) !== foldName(table)) {
      throw invalidField(`${place}.table_name`, `must be omitted or be ${table}`);
    }
    return { table, index: toNewIndex(index, true) };
  });
}

function placedIndex(
  index: Indexes[number],
  names: ReadonlyMap<string, string>,
  field: string,
): IndexOfTable {
  const table = names.get(foldName(index.table_name));
  if (table === undefined) throw invalidField(`${field}.table_name`, 'must be the name of one of the tables');
  return { table, index: toNewIndex(index, true) };
}
