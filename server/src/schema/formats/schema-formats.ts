import { dbmlFormat } from './dbml.ts';
import type { SchemaFormat } from './format.ts';
import { jsonFormat } from './json.ts';
import { mermaidFormat } from './mermaid.ts';
import { postgresFormat } from './postgres.ts';
import { prismaFormat } from './prisma.ts';
import { sqlFormat } from './sql.ts';

/** Every format a schema can be exported in. A new one is a file beside this one, and a line here. */
export const schemaFormats: readonly SchemaFormat[] = [
  jsonFormat,
  sqlFormat,
  postgresFormat,
  prismaFormat,
  dbmlFormat,
  mermaidFormat,
];

/** The format that a client calls `name`, or null where there is none. */
export function findSchemaFormat(name: string): SchemaFormat | null {
  return schemaFormats.find((format) => format.name === name) ?? null;
}
