import type { PostgresServer } from './postgres-server.ts';

/** The catalog's information about the tables of one schema, by name. */
export interface CatalogTable {
  readonly name: string;
  readonly columns: readonly CatalogColumn[];
  readonly constraints: readonly CatalogConstraint[];
  /** The indexes from CREATE INDEX. */
  readonly indexes: readonly CatalogIndex[];
}

export interface CatalogColumn {
  readonly name: string;
  readonly type: string;
  readonly notNull: boolean;
  readonly identity: boolean;
  readonly generated: boolean;
  readonly default: string | null;
}

export interface CatalogConstraint {
  readonly name: string;
  readonly kind: 'p' | 'u' | 'f' | 'c';
  readonly columns: readonly string[] | null;
  readonly referencedTable: string | null;
  readonly referencedColumns: readonly string[] | null;
  readonly onDelete: string;
  readonly onUpdate: string;
  readonly deferrable: boolean;
  readonly deferred: boolean;
}

export interface CatalogIndex {
  readonly name: string;
  readonly unique: boolean;
  readonly partial: boolean;
  /** As PostgreSQL formats each term. */
  readonly terms: readonly string[];
}

/** Reads the catalog, sorted by name. https://www.postgresql.org/docs/15/catalogs.html */
export function readCatalog(server: PostgresServer, schema: string): readonly CatalogTable[] {
  return JSON.parse(server.run(catalogQuery(schema))) as readonly CatalogTable[];
}

function catalogQuery(schema: string): string {
  return `SET search_path = ${schema};
SELECT coalesce(json_agg(json_build_object(
  'name', c.relname,
  'columns', (
    SELECT json_agg(json_build_object(
      'name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull,
      'identity', a.attidentity <> '', 'generated', a.attgenerated <> '',
      'default', pg_get_expr(d.adbin, d.adrelid)) ORDER BY a.attnum)
    FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped),
  'constraints', (
    SELECT coalesce(json_agg(json_build_object(
      'name', k.conname, 'kind', k.contype, 'columns', ${columnNames('k.conrelid', 'k.conkey')},
      'referencedTable', (SELECT relname FROM pg_class WHERE oid = k.confrelid),
      'referencedColumns', ${columnNames('k.confrelid', 'k.confkey')},
      'onDelete', k.confdeltype, 'onUpdate', k.confupdtype,
      'deferrable', k.condeferrable, 'deferred', k.condeferred) ORDER BY k.conname COLLATE "C"), '[]')
    FROM pg_constraint k WHERE k.conrelid = c.oid),
  'indexes', (
    SELECT coalesce(json_agg(json_build_object(
      'name', i.relname, 'unique', x.indisunique, 'partial', x.indpred IS NOT NULL,
      'terms', (SELECT json_agg(pg_get_indexdef(i.oid, n, true) ORDER BY n) FROM generate_series(1, x.indnkeyatts) n)
      ) ORDER BY i.relname COLLATE "C"), '[]')
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid
    WHERE x.indrelid = c.oid AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u')))
  ) ORDER BY c.relname COLLATE "C"), '[]')
FROM pg_class c WHERE c.relkind = 'r' AND c.relnamespace = '${schema}'::regnamespace;`;
}

function columnNames(table: string, numbers: string): string {
  return `(SELECT json_agg(a.attname ORDER BY n.position)
    FROM unnest(${numbers}) WITH ORDINALITY n(number, position)
    JOIN pg_attribute a ON a.attrelid = ${table} AND a.attnum = n.number)`;
}
