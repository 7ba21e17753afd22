import type { DescribedRoute } from './described-route.ts';
import { type JsonSchema, propertiesOf, toJsonSchema } from './json-schema.ts';
import type { NamedSchemas } from './named-schemas.ts';
import type { PageTexts } from './page-texts.ts';

/** Returns the path parameters, then the query parameters. https://spec.openapis.org/oas/v3.1.1.html#parameter-object */
export function parametersOf(
  { schema, text }: DescribedRoute,
  schemas: NamedSchemas,
  page: PageTexts,
): readonly JsonSchema[] {
  const inPath = propertiesOf(toJsonSchema(schema.params)).map((field) => {
    const { description, example } = page.parameters.find(({ name }) => name === field.name) ?? {};
    return parameter(field, { in: 'path', description, example }, schemas);
  });
  const inQuery = propertiesOf(toJsonSchema(schema.querystring)).map((field) => {
    const { description, ...schemaOfValue } = field.schema;
    const example = text.query[field.name];
    return parameter({ ...field, schema: schemaOfValue }, { in: 'query', description, example }, schemas);
  });
  return [...inPath, ...inQuery];
}

function parameter(
  field: { readonly name: string; readonly schema: JsonSchema; readonly required: boolean },
  shown: {
    readonly in: 'path' | 'query';
    readonly description: unknown;
    readonly example: string | undefined;
  },
  schemas: NamedSchemas,
): JsonSchema {
  const { name, schema, required } = field;
  const { description, example } = shown;
  return {
    name,
    in: shown.in,
    required,
    ...(description !== undefined && { description }),
    schema: schemas.refer(schema),
    ...(example !== undefined && { example: valueOf(example, schema) }),
  };
}

/** Returns the value of a text in a URL. */
function valueOf(text: string, { type }: JsonSchema): string | number {
  return type === 'integer' || type === 'number' ? Number(text) : text;
}
