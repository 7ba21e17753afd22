/** A schema as plain JSON: JSON Schema 2020-12, which OpenAPI 3.1 accepts unchanged. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Returns the schema without TypeBox's own properties. */
export function toJsonSchema(schema: unknown): JsonSchema {
  const plain: unknown = JSON.parse(JSON.stringify(schema ?? {}));
  if (!isJsonSchema(plain)) throw new Error(`${JSON.stringify(schema)} is no schema.`);
  return plain;
}

export function isJsonSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the fields of an object schema in order. */
export function propertiesOf(schema: JsonSchema): readonly {
  readonly name: string;
  readonly schema: JsonSchema;
  readonly required: boolean;
}[] {
  const { properties = {}, required = [] } = schema;
  if (!isJsonSchema(properties) || !Array.isArray(required)) return [];
  return Object.entries(properties)
    .filter((entry): entry is [string, JsonSchema] => isJsonSchema(entry[1]))
    .map(([name, property]) => ({ name, schema: property, required: required.includes(name) }));
}

/** Returns the schema with this name as its `title`, unless it has another. */
export function titled(schema: JsonSchema, name: string): JsonSchema {
  return 'title' in schema ? schema : { ...schema, title: name };
}
