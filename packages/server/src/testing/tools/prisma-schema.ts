import prisma from '@prisma/prisma-schema-wasm';

/** The part of Prisma's "data model meta format" that tests use. */
export interface PrismaModel {
  readonly name: string;
  readonly dbName: string | null;
  readonly fields: readonly PrismaField[];
  readonly primaryKey: { readonly fields: readonly string[] } | null;
  readonly uniqueFields: readonly (readonly string[])[];
}

export interface PrismaField {
  readonly name: string;
  readonly dbName?: string;
  readonly kind: 'scalar' | 'object' | 'unsupported' | 'enum';
  readonly type: string;
  readonly isList: boolean;
  readonly isRequired: boolean;
  readonly isId: boolean;
  readonly isUnique: boolean;
  readonly hasDefaultValue: boolean;
  readonly default?: unknown;
  readonly relationName?: string;
  readonly relationFromFields?: readonly string[];
  readonly relationToFields?: readonly string[];
  readonly relationOnDelete?: string;
  readonly relationOnUpdate?: string;
}

/**
 * Parses a schema with Prisma's own parser.
 * @throws if Prisma rejects it.
 */
export function readPrismaSchema(text: string): readonly PrismaModel[] {
  const parameters = JSON.stringify({ prismaSchema: [['schema.prisma', text]], noColor: true });
  prisma.validate(parameters);
  const document = JSON.parse(prisma.get_dmmf(parameters)) as {
    readonly datamodel: { readonly models: readonly PrismaModel[] };
  };
  return document.datamodel.models;
}

/** The text as `prisma format` writes it. */
export function formatPrismaSchema(text: string): string {
  const options = {
    textDocument: { uri: 'file:/schema.prisma' },
    options: { tabSize: 2, insertSpaces: true },
  };
  const files = JSON.parse(
    prisma.format(JSON.stringify([['schema.prisma', text]]), JSON.stringify(options)),
  ) as readonly (readonly [string, string])[];
  return files[0]?.[1] ?? '';
}
