/** Whether a parsed value is a result of one kind of write. The stored text comes from a file that other programs may change. */
export type Shape<Value> = (value: unknown) => value is Value;

/** An object that has at least these fields. A field that the type lacks, or that has no shape here, does not compile. */
export function objectOf<Value extends object>(fields: {
  readonly [Field in keyof Value]-?: Shape<Value[Field]>;
}): Shape<Value> {
  const shapes = Object.entries<Shape<unknown>>(fields);
  return (value): value is Value =>
    isObject(value) &&
    shapes.every(([field, isSound]) => Object.hasOwn(value, field) && isSound(value[field]));
}

export function listOf<Item>(isItem: Shape<Item>): Shape<readonly Item[]> {
  return (value): value is readonly Item[] => Array.isArray(value) && value.every(isItem);
}

export function nullable<Value>(isValue: Shape<Value>): Shape<Value | null> {
  return (value): value is Value | null => value === null || isValue(value);
}

export function oneOf<const Value>(...values: readonly Value[]): Shape<Value> {
  return (value): value is Value => values.some((each) => each === value);
}

export const isText: Shape<string> = (value) => typeof value === 'string';

export const isFlag: Shape<boolean> = (value) => typeof value === 'boolean';

/** A count or an id. */
export const isCount: Shape<number> = (value): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0;

/** The text of a JSON object, which an answer contains unchanged, or `null`. */
export const isRowJson: Shape<string> = (value): value is string => {
  const row = parsedText(value);
  return row === null || isObject(row);
};

/** The text of a JSON array of rows, which an answer contains unchanged. */
export const isRowsJson: Shape<string> = (value): value is string => {
  const rows = parsedText(value);
  return Array.isArray(rows) && rows.every((row) => row === null || isObject(row));
};

function parsedText(value: unknown): unknown {
  if (typeof value !== 'string') return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
