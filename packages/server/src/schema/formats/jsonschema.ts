import { readDefaultValue } from '../ddl/default-value.ts';
import type { OrdinaryTable, Schema } from '../model.ts';
import type { StorageKind } from '../storage-kind.ts';
import type { RenderedSchema, SchemaFormat } from './format.ts';
import { columnFacts, defaultFacts } from './shared/column-facts.ts';
import { layOutJson } from './shared/lay-out-json.ts';
import { lossyLines } from './shared/lossy-header.ts';
import { type RowColumn, type RowObject, rowObjects } from './shared/row-objects.ts';
import { closedObjects, closedWarning, unreadWarning } from './shared/warnings.ts';

/**
 * The rows of each table and view are under `$defs`, by its name; the rows for writing are in the table's own `$defs`. So table names
 * never collide with other names. https://json-schema.org/draft/2020-12/json-schema-core
 */
export const jsonschemaFormat: SchemaFormat = {
  name: 'jsonschema',
  contentType: 'application/schema+json; charset=utf-8',
  extension: 'json',
  purpose:
    'JSON Schema (2020-12) of the rows that the API returns, as `#/$defs/<table>`, and of the rows that it accepts, as `#/$defs/<table>/$defs/insert` and `…/update`.',
  losses: [
    'indexes, triggers, collations and all constraints except NOT NULL',
    'writes through views and into virtual tables',
    'values of other types than the column’s, which a table that is not STRICT accepts',
  ],
  tier: 'full',
  render: renderJsonSchema,
};

function renderJsonSchema(schema: Schema): RenderedSchema {
  const document = {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $comment: lossyLines(jsonschemaFormat).join('\n'),
    $defs: Object.fromEntries(rowObjects(schema).map((object) => [object.name, rowSchema(object)])),
  };
  return {
    text: `${layOutJson(document, isShallow)}\n`,
    warnings: [...closedWarning(closedObjects(schema)), ...unreadWarning(schema)],
  };
}

/** A value is on one line. */
function isShallow(value: object): boolean {
  return Object.values(value).every(
    (member) => typeof member !== 'object' || member === null || (Array.isArray(member) && isShallow(member)),
  );
}

type JsonSchema = Readonly<Record<string, unknown>>;

function rowSchema({ kind, name, columns, table }: RowObject): JsonSchema {
  const strict = table?.strict === true;
  return {
    title: name,
    description: `A row of the ${kind} ${name}${strict ? ', which is STRICT' : ''}, as the API returns it`,
    type: 'object',
    properties: propertiesOf(columns, (column) => ({
      ...withNull(column, column.isHeld ? HELD_VALUES[column.kind] : LOOSE_VALUES[column.kind]),
      ...description(columnFacts(column, table)),
      ...(column.onInsert === 'never' ? { readOnly: true } : {}),
    })),
    required: columns.map((column) => column.name),
    ...(table === null ? {} : { $defs: writtenSchemas(table, columns) }),
  };
}

function writtenSchemas(table: OrdinaryTable, columns: readonly RowColumn[]): JsonSchema {
  const written = columns.filter(({ onInsert }) => onInsert !== 'never');
  const required = written.filter(({ onInsert }) => onInsert === 'required').map(({ name }) => name);
  return {
    insert: {
      title: `${table.name} insert`,
      type: 'object',
      properties: propertiesOf(written, (column) => ({
        ...withNull(column, acceptedValue(column)),
        ...description([...columnFacts(column, table), ...defaultFacts(column)]),
        ...defaultAnnotation(column),
      })),
      required,
      additionalProperties: false,
    },
    update: {
      title: `${table.name} update`,
      type: 'object',
      properties: propertiesOf(written, (column) => ({
        ...withNull(column, acceptedValue(column)),
        ...description(columnFacts(column, table)),
      })),
      minProperties: 1,
      additionalProperties: false,
    },
  };
}

function propertiesOf(
  columns: readonly RowColumn[],
  schemaOf: (column: RowColumn) => JsonSchema,
): JsonSchema {
  return Object.fromEntries(columns.map((column) => [column.name, schemaOf(column)]));
}

interface ValueSchema {
  readonly type: readonly string[];
  /** Applies only to strings, as every keyword of JSON Schema applies only to its own type. */
  readonly pattern?: string;
  readonly contentEncoding?: string;
}

/** An integer beyond ±(2^53−1) is a string of digits. */
const INTEGER: ValueSchema = { type: ['integer', 'string'], pattern: String.raw`^-?\d{1,19}$` };
const REAL: ValueSchema = { type: ['number', 'string'], pattern: '^-?Infinity$' };
const TEXT: ValueSchema = { type: ['string'] };
const ANY: ValueSchema = { type: ['number', 'string'] };

/** For columns whose type SQLite enforces. https://www.sqlite.org/stricttables.html */
const HELD_VALUES: Readonly<Record<StorageKind, ValueSchema>> = {
  integer: INTEGER,
  real: REAL,
  numeric: ANY,
  text: TEXT,
  blob: { type: ['string'], contentEncoding: 'base64' },
  any: ANY,
};

/** For columns with only an affinity: only TEXT excludes values of other types. https://www.sqlite.org/datatype3.html#type_affinity */
const LOOSE_VALUES: Readonly<Record<StorageKind, ValueSchema>> = {
  integer: ANY,
  real: ANY,
  numeric: ANY,
  text: TEXT,
  blob: ANY,
  any: ANY,
};

const ACCEPTED_VALUES: Readonly<Record<StorageKind, ValueSchema>> = {
  ...HELD_VALUES,
  // RFC 4648, section 4.
  blob: {
    type: ['string'],
    pattern: '^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$',
    contentEncoding: 'base64',
  },
};

function acceptedValue({ kind, takesBooleans }: RowColumn): ValueSchema {
  const value = ACCEPTED_VALUES[kind];
  return takesBooleans ? { ...value, type: [...value.type, 'boolean'] } : value;
}

function withNull({ nullable }: RowColumn, { type, ...others }: ValueSchema): JsonSchema {
  const types = nullable ? [...type, 'null'] : type;
  return { type: types.length === 1 ? types[0] : types, ...others };
}

function description(facts: readonly string[]): JsonSchema {
  return facts.length === 0 ? {} : { description: facts.join('. ') };
}

/** If the default is a literal value of the column. Not for updates, because validators insert such values. */
function defaultAnnotation({ kind, column }: RowColumn): JsonSchema {
  if (column === null || column.default === null) return {};
  const value = readDefaultValue(column.default);
  const isNumber = kind === 'integer' || kind === 'real' || kind === 'numeric' || kind === 'any';
  if (value.kind === 'integer' && isNumber) {
    const number = Number(value.value);
    if (Number.isSafeInteger(number)) return { default: number };
    return kind === 'real' ? {} : { default: String(value.value) };
  }
  if (value.kind === 'real' && isNumber && kind !== 'integer') return { default: value.value };
  if (value.kind === 'text' && (kind === 'text' || kind === 'any')) return { default: value.value };
  if (value.kind === 'blob' && kind === 'blob') {
    return { default: Buffer.from(value.hex, 'hex').toString('base64') };
  }
  return {};
}
