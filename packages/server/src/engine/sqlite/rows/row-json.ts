import { jsonExpression } from '../values/json-expression.ts';
import type { SqliteValue } from '../values/record-value.ts';
import type { RecordColumn } from './record-table.ts';

/** json_object() takes a name and a value for each. https://www.sqlite.org/limits.html#max_function_arg */
const COLUMNS_PER_OBJECT = 400;

/** Longer than any value. https://www.sqlite.org/limits.html#max_length */
const MAX_LENGTH = 2_147_483_647;

/** Cached, because building this SQL takes longer than reading a row. */
const written = new WeakMap<readonly RecordColumn[], string>();

/** The result columns, as SQL, from which `joinRowJson` builds one JSON object. */
export function rowJsonColumns(columns: readonly RecordColumn[]): string {
  const sql = written.get(columns) ?? writeRowJsonColumns(columns);
  written.set(columns, sql);
  return sql;
}

function writeRowJsonColumns(columns: readonly RecordColumn[]): string {
  return columns.length === 0 ? 'json_object()' : writeObjects(columns).join(', ');
}

function writeObjects(columns: readonly RecordColumn[]): readonly string[] {
  const objects: string[] = [];
  for (let from = 0; from < columns.length; from += COLUMNS_PER_OBJECT) {
    const pairs = columns
      .slice(from, from + COLUMNS_PER_OBJECT)
      .map(({ name, quoted, facts }) => `${quoteText(name)}, ${jsonExpression(quoted, facts)}`);
    objects.push(`json_object(${pairs.join(', ')})`);
  }
  return objects;
}

/** The number of result columns that `rowJsonColumns` returns. */
export function rowJsonWidth(columns: number): number {
  return Math.ceil(columns / COLUMNS_PER_OBJECT);
}

/** The same as one SQL expression for one object. */
export function rowJsonObject(columns: readonly RecordColumn[]): string {
  const parts = writeObjects(columns);
  const [only] = parts;
  if (only !== undefined && parts.length === 1) return only;
  // A negative length selects what precedes the last character. `rtrim` would also remove the end of a tagged value.
  const members = parts.map((part) => `substr(substr(${part}, -1, -${MAX_LENGTH}), 2)`);
  return `'{' || ${members.join(" || ',' || ")} || '}'`;
}

/** Joins the parts of one object. Each part is an object with at least one key. */
export function joinRowJson(parts: readonly SqliteValue[]): string {
  const [only] = parts;
  if (parts.length === 1) return String(only);
  return `{${parts.map((part) => String(part).slice(1, -1)).join(',')}}`;
}

function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
