import { isDeepStrictEqual } from 'node:util';

import { ALLOWED_KEYWORD } from '../http/validation-details.ts';
import { isJsonSchema, type JsonSchema, toJsonSchema } from './json-schema.ts';

/**
 * The named schemas of a document. Each is listed once in `components` and referenced wherever it is used. A schema's name
 * is its `title`.
 */
export class NamedSchemas {
  readonly #byName = new Map<string, JsonSchema>();

  /** Returns the schema for the document, with references to its named parts, or to itself if it is named. */
  refer(schema: unknown): JsonSchema {
    return this.#shown(toJsonSchema(schema));
  }

  /** Returns the named schemas, sorted by name. */
  all(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#byName].toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  #shown(schema: JsonSchema): JsonSchema {
    const { title, ...unnamed } = schema;
    const parts = Object.entries(inOpenApiTerms(unnamed)).map(([keyword, value]): [string, unknown] => [
      keyword,
      this.#shownPart(keyword, value),
    ]);
    const shown = Object.fromEntries(parts);
    return typeof title === 'string' ? this.#add(title, shown) : shown;
  }

  /**
   * Most keywords contain a schema or an array of schemas; `properties` contains names, and `enum`, `const` and `default`
   * contain values.
   */
  #shownPart(keyword: string, value: unknown): unknown {
    if (VALUE_KEYWORDS.has(keyword)) return value;
    if (Array.isArray(value)) return value.map((item) => (isJsonSchema(item) ? this.#shown(item) : item));
    if (!isJsonSchema(value)) return value;
    if (keyword !== 'properties') return this.#shown(value);
    const entries = Object.entries(value).map(([name, property]): [string, unknown] => [
      name,
      isJsonSchema(property) ? this.#shown(property) : property,
    ]);
    return Object.fromEntries(entries);
  }

  #add(name: string, schema: JsonSchema): JsonSchema {
    const known = this.#byName.get(name);
    if (known !== undefined && !isDeepStrictEqual(known, schema)) {
      throw new Error(`Two schemas are called ${name}, and differ: give one of them another title.`);
    }
    this.#byName.set(name, schema);
    return { $ref: `#/components/schemas/${name}` };
  }
}

const VALUE_KEYWORDS: ReadonlySet<string> = new Set(['enum', 'const', 'default']);

/** Converts a schema for OpenAPI: the words for a pattern become its description, and fields of any name need no pattern. */
function inOpenApiTerms(schema: JsonSchema): JsonSchema {
  const { [ALLOWED_KEYWORD]: allowed, patternProperties, ...rest } = schema;
  const ofAnyName = isJsonSchema(patternProperties) ? patternProperties['^.*$'] : undefined;
  return {
    ...(typeof allowed === 'string' && {
      description: `${allowed.charAt(0).toUpperCase()}${allowed.slice(1)}.`,
    }),
    ...rest,
    ...(ofAnyName !== undefined && { additionalProperties: ofAnyName }),
    ...(ofAnyName === undefined && patternProperties !== undefined && { patternProperties }),
  };
}
