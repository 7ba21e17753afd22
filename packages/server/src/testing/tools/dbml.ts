import { CompilerError, Parser } from '@dbml/core';

/** The part of the result of DBML's own parser that tests use. */
export interface DbmlDatabase {
  readonly tables: readonly DbmlTable[];
  readonly refs: readonly DbmlRef[];
}

export interface DbmlTable {
  readonly name: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly isPrimaryKey: boolean;
    readonly increment: boolean;
    readonly notNull: boolean;
    readonly isUnique: boolean;
    readonly default: { readonly type: string; readonly value: unknown } | null;
    readonly note: string | null;
  }[];
  readonly indexes: readonly {
    readonly columns: readonly { readonly type: string; readonly value: string }[];
    readonly isPrimaryKey: boolean;
    readonly isUnique: boolean;
    readonly name: string | null;
    readonly note: string | null;
  }[];
  readonly checks: readonly { readonly name: string | null; readonly expression: string }[];
}

export interface DbmlRef {
  readonly name: string | null;
  readonly onDelete: string | null;
  readonly onUpdate: string | null;
  readonly ends: readonly {
    readonly table: string;
    readonly columns: readonly string[];
    readonly relation: string;
  }[];
}

/** @throws if DBML rejects the text, with its message. */
export function readDbml(text: string): DbmlDatabase {
  const [schema] = parse(text).schemas;
  return {
    tables: (schema?.tables ?? []).map((table) => ({
      name: table.name,
      columns: table.fields.map((field) => ({
        name: field.name,
        type: String(field.type.type_name),
        isPrimaryKey: isTrue(field.pk),
        increment: isTrue(field.increment),
        notNull: isTrue(field.not_null),
        isUnique: isTrue(field.unique),
        default: field.dbdefault ? { type: field.dbdefault.type, value: field.dbdefault.value } : null,
        note: field.note ?? null,
      })),
      indexes: table.indexes.map((index) => ({
        columns: index.columns.map(({ type, value }) => ({ type: String(type), value: String(value) })),
        isPrimaryKey: isTrue(index.pk),
        isUnique: isTrue(index.unique),
        name: index.name ?? null,
        note: index.note ?? null,
      })),
      checks: table.checks.map(({ name, expression }) => ({ name: name ?? null, expression })),
    })),
    refs: (schema?.refs ?? []).map((ref) => ({
      name: ref.name ?? null,
      onDelete: ref.onDelete ?? null,
      onUpdate: ref.onUpdate ?? null,
      ends: ref.endpoints.map((end) => ({
        table: end.tableName,
        columns: end.fieldNames,
        relation: end.relation,
      })),
    })),
  };
}

/** An unset field is missing, whatever its type. */
function isTrue(value: unknown): boolean {
  return value === true;
}

function parse(text: string): ReturnType<Parser['parse']> {
  try {
    return new Parser().parse(text, 'dbmlv2');
  } catch (error) {
    if (error instanceof CompilerError) {
      const [first] = error.diags;
      const line = text.split('\n')[(first?.location.start.line ?? 1) - 1];
      throw new Error(`${first?.message}: ${line}`, { cause: error });
    }
    throw error;
  }
}
