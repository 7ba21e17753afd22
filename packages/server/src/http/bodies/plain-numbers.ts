import { isRealNumber } from '../../core/real-number.ts';

/**
 * The value with ordinary numbers in place of `RealNumber` in each part for which the schema has a type. Parts that may be anything,
 * such as rows, are not walked. Changes arrays and objects in place.
 */
export function withPlainNumbers(value: unknown, schema: unknown): unknown {
  if (isRealNumber(value)) return isTyped(schema) ? value.valueOf() : value;
  if (!isObject(schema) || !isObject(value)) return value;
  if (Array.isArray(value)) {
    const items: unknown[] = value;
    if (isObject(schema['items'])) replaceEach(items, () => schema['items']);
  } else {
    const { properties, patternProperties, additionalProperties } = schema;
    const named = isObject(properties) ? properties : {};
    // Of a record, whose names the schema does not list.
    const other = isObject(patternProperties) ? Object.values(patternProperties)[0] : additionalProperties;
    if (Object.keys(named).length > 0 || isObject(other)) {
      replaceEach(value, (name) => (Object.hasOwn(named, name) ? named[name] : other));
    }
  }
  return value;
}

function replaceEach(container: object, schemaOf: (name: string) => unknown): void {
  for (const name of Object.keys(container)) {
    const before: unknown = Reflect.get(container, name);
    const after = withPlainNumbers(before, schemaOf(name));
    if (after !== before) Reflect.set(container, name, after);
  }
}

function isTyped(schema: unknown): boolean {
  return isObject(schema) && TYPE_KEYWORDS.some((keyword) => keyword in schema);
}

const TYPE_KEYWORDS = ['type', 'anyOf', 'enum', 'const'] as const;

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
