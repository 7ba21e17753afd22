/**
 * The schema of a SQLite database in two tiers. `StoredSchema` is the text in sqlite_schema, which is enough to write the schema as SQL.
 * `Schema` is everything that SQLite reports about it.
 *
 * Both exclude reserved names (`sqlite_…`, `_rowhouse_…`), the shadow tables of virtual tables, and everything that belongs to those.
 */
export interface StoredSchema extends DatabaseHeader {
  /** In creation order, like every list here. */
  readonly tables: readonly StoredTable[];
  /** Without those that SQLite created for constraints, which have no statement. */
  readonly indexes: readonly StoredObject[];
  readonly views: readonly StoredObject[];
  readonly triggers: readonly StoredObject[];
}

export interface DatabaseHeader {
  readonly encoding: Encoding;
  readonly userVersion: number;
  readonly applicationId: number;
}

export type Encoding = 'UTF-8' | 'UTF-16le' | 'UTF-16be';

export interface StoredObject {
  readonly name: string;
  /** The table (or, for a trigger, the view) that it belongs to; for a table or a view, its own name. */
  readonly table: string;
  /** The first statement of the stored text; SQLite ignores the rest. */
  readonly sql: string;
}

export interface StoredTable extends StoredObject {
  readonly kind: 'table' | 'virtual';
  /** The tables that its foreign keys reference, as written. */
  readonly references: readonly string[];
}

/** A schema with what is known about loading its statements into another database. */
export interface SchemaToLoad extends StoredSchema {
  /** Tables and indexes that SQLite accepts only if a `"name"` that is no column is a string. */
  readonly quotedStrings: readonly NamedObject[];
  /** Objects that SQLite does not create here, because it lacks something that they use. */
  readonly unloadable: readonly UnloadableObject[];
}

export interface NamedObject {
  readonly kind: 'table' | 'virtual table' | 'view' | 'index' | 'trigger';
  readonly name: string;
}

export interface UnloadableObject extends NamedObject {
  readonly reason: string;
}

export interface Schema extends DatabaseHeader {
  /** Sorted by name, like views, indexes and triggers; the `order` of a trigger is its position in the firing order. */
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  readonly triggers: readonly Trigger[];
  /** Tables and indexes whose text contradicts SQLite's PRAGMAs. They lack the properties that come only from the text. */
  readonly unread: readonly UnreadObject[];
}

export interface UnreadObject {
  readonly kind: 'table' | 'index' | 'trigger';
  readonly name: string;
  readonly reason: string;
}

export type Table = OrdinaryTable | VirtualTable;

export interface OrdinaryTable {
  readonly kind: 'table';
  readonly name: string;
  readonly strict: boolean;
  readonly withoutRowid: boolean;
  readonly autoincrement: boolean;
  readonly columns: readonly Column[];
  readonly primaryKey: PrimaryKey | null;
  /** In order of declaration, like uniques and checks. */
  readonly foreignKeys: readonly ForeignKey[];
  readonly uniques: readonly Unique[];
  readonly checks: readonly Check[];
  readonly indexes: readonly Index[];
  readonly sql: string;
}

export interface VirtualTable {
  readonly kind: 'virtual';
  readonly name: string;
  readonly module: string;
  /** As written between the parentheses, one text for each argument. */
  readonly arguments: readonly string[];
  /** Null if SQLite cannot determine them: the module is missing, or rejects its table. */
  readonly columns: readonly VirtualColumn[] | null;
  readonly sql: string;
}

/** https://www.sqlite.org/datatype3.html#type_affinity */
export type Affinity = 'TEXT' | 'NUMERIC' | 'INTEGER' | 'REAL' | 'BLOB';

export interface Column {
  readonly name: string;
  /** The type as written; empty if there is none. */
  readonly declaredType: string;
  readonly affinity: Affinity;
  readonly notNull: boolean;
  readonly notNullOnConflict: ConflictAction | null;
  /** The default as SQL text. */
  readonly default: string | null;
  /** Counted from 1; null outside the primary key. */
  readonly primaryKeyPosition: number | null;
  readonly generated: Generated | null;
  /** False for a generated column that SQLite cannot compute here. Rows in the API lack it. */
  readonly isComputable: boolean;
  readonly collation: string;
}

export interface VirtualColumn {
  readonly name: string;
  readonly declaredType: string;
  /** Hidden columns are not part of `SELECT *`. https://www.sqlite.org/vtab.html#hidden_columns_in_virtual_tables */
  readonly hidden: boolean;
}

/** https://www.sqlite.org/gencol.html */
export interface Generated {
  readonly kind: 'virtual' | 'stored';
  /** Null only if the stored text could not be parsed; the same applies to the expression of an index. */
  readonly expression: string | null;
}

/** https://www.sqlite.org/lang_conflict.html */
export type ConflictAction = 'ROLLBACK' | 'ABORT' | 'FAIL' | 'IGNORE' | 'REPLACE';

export type SortOrder = 'ASC' | 'DESC';

export interface KeyColumn {
  readonly name: string;
  readonly order: SortOrder;
  readonly collation: string;
}

export interface PrimaryKey {
  readonly name: string | null;
  readonly columns: readonly KeyColumn[];
  readonly onConflict: ConflictAction | null;
}

export interface Unique {
  readonly name: string | null;
  readonly columns: readonly KeyColumn[];
  readonly onConflict: ConflictAction | null;
}

export interface Check {
  readonly name: string | null;
  readonly expression: string;
}

export type ForeignKeyAction = 'NO ACTION' | 'RESTRICT' | 'SET NULL' | 'SET DEFAULT' | 'CASCADE';

/** https://www.sqlite.org/foreignkeys.html#fk_deferred */
export type Deferral = 'NOT DEFERRABLE' | 'INITIALLY IMMEDIATE' | 'INITIALLY DEFERRED';

export interface ForeignKey {
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly referencedTable: string;
  /**
   * By default the primary key of the referenced table; null if that table is missing, or its primary key has another number of columns.
   */
  readonly referencedColumns: readonly string[] | null;
  readonly onDelete: ForeignKeyAction;
  readonly onUpdate: ForeignKeyAction;
  /** As written; SQLite parses the clause and ignores it. */
  readonly match: string | null;
  readonly deferral: Deferral;
}

export interface Index {
  readonly name: string;
  readonly unique: boolean;
  /** Whether it comes from CREATE INDEX, from a UNIQUE constraint or from a PRIMARY KEY. */
  readonly origin: 'create' | 'unique' | 'primary_key';
  readonly columns: readonly IndexTerm[];
  /** The condition of a partial index. */
  readonly where: string | null;
  /** Null if SQLite created the index for a constraint. */
  readonly sql: string | null;
}

export type IndexTerm = (
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'rowid' }
  | { readonly kind: 'expression'; readonly expression: string | null }
) & { readonly order: SortOrder; readonly collation: string };

export interface View {
  readonly name: string;
  /** Null if SQLite cannot determine them, for example because a table that the view reads is missing. */
  readonly columns: readonly ViewColumn[] | null;
  readonly sql: string;
}

export interface ViewColumn {
  readonly name: string;
  readonly declaredType: string;
}

export interface Trigger {
  readonly name: string;
  readonly table: string;
  /** The position among the triggers of one table by creation, counted from 1; SQLite fires them in this order. */
  readonly order: number;
  readonly parts: TriggerParts | null;
  readonly sql: string;
}

export interface TriggerParts {
  readonly timing: 'BEFORE' | 'AFTER' | 'INSTEAD OF';
  readonly event: 'INSERT' | 'UPDATE' | 'DELETE';
  /** The columns of UPDATE OF; empty for any column. */
  readonly updateOf: readonly string[];
  readonly when: string | null;
}
