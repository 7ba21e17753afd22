import { dbmlFormat } from './dbml.ts';
import { drizzleFormat } from './drizzle.ts';
import type { SchemaFormat } from './format.ts';
import { jsonFormat } from './json.ts';
import { jsonschemaFormat } from './jsonschema.ts';
import { mermaidFormat } from './mermaid.ts';
import { postgresFormat } from './postgres.ts';
import { prismaFormat } from './prisma.ts';
import { sqlFormat } from './sql.ts';
import { typescriptFormat } from './typescript.ts';

/** Every format in which a schema can be exported. A new one is a file beside this one, and a line here. */
export const schemaFormats: readonly SchemaFormat[] = [
  jsonFormat,
  sqlFormat,
  postgresFormat,
  typescriptFormat,
  drizzleFormat,
  prismaFormat,
  jsonschemaFormat,
  dbmlFormat,
  mermaidFormat,
];

/** The format with this name, or null. */
export function findSchemaFormat(name: string): SchemaFormat | null {
  return schemaFormats.find((format) => format.name === name) ?? null;
}
