import { DatabaseSync } from 'node:sqlite';

/** A database of another program, which has collations, functions, modules and tokenizers that this SQLite lacks. */
export interface ForeignFile {
  /** What is foreign in it. */
  readonly name: string;
  readonly statements: string;
  /** In the stored schema, each of these texts is replaced by another, because SQLite refuses to create what it lacks. */
  readonly replaced?: Readonly<Record<string, string>>;
  /** Objects that SQLite would refuse to create at all, stored as they are. */
  readonly stored?: readonly StoredText[];
}

export interface StoredText {
  readonly type: 'table' | 'view' | 'trigger' | 'index';
  readonly name: string;
  /** The table of an index or a trigger. */
  readonly table?: string;
  readonly sql: string;
}

export function foreignFileBytes({
  statements,
  replaced = {},
  stored = [],
}: Omit<ForeignFile, 'name'>): Buffer<ArrayBuffer> {
  using database = new DatabaseSync(':memory:', {
    defensive: false,
    enableDoubleQuotedStringLiterals: true,
    enableForeignKeyConstraints: false,
  });
  database.exec(statements);
  database.exec('PRAGMA writable_schema = ON');
  const replace = database.prepare('UPDATE sqlite_schema SET sql = replace(sql, ?, ?)');
  for (const [known, unknown] of Object.entries(replaced)) replace.run(known, unknown);
  const insert = database.prepare('INSERT INTO sqlite_schema VALUES (?, ?, ?, 0, ?)');
  for (const { type, name, table = name, sql } of stored) insert.run(type, name, table, sql);
  return Buffer.from(database.serialize().slice());
}
