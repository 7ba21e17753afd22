import type { SchemaToLoad } from '../model.ts';
import type { RenderedSchema, SchemaFormat } from './format.ts';
import { sqlSections } from './sql-sections.ts';

/**
 * The statements that recreate the schema, each as stored in sqlite_schema. Statements built from the results of PRAGMAs would lose
 * STRICT, CHECK, COLLATE, conflict clauses and more.
 */
export const sqlFormat = {
  name: 'sql',
  contentType: 'application/sql; charset=utf-8',
  extension: 'sql',
  purpose: 'The stored statements that recreate the schema, unchanged.',
  losses: [],
  tier: 'stored',
  render: renderSql,
} satisfies SchemaFormat;

const HEADER = '-- The schema of a SQLite database. To recreate it: sqlite3 new.db < schema.sql\n';

function renderSql(schema: SchemaToLoad): RenderedSchema {
  const { encoding, parts, warnings } = sqlSections(schema);
  // No PRAGMA foreign_keys: no statement here depends on it, so the loader's setting stays.
  const statements = parts.map(
    ({ comment, beforeRows, afterRows }) =>
      `${comment}BEGIN TRANSACTION;\n${beforeRows}${afterRows}COMMIT;\n`,
  );
  return { text: `${HEADER}${encoding}${statements.join('')}`, warnings };
}
