import { FreeNames } from '../shared/unique-names.ts';

/** In bytes of UTF-8. https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
const MAXIMUM_LENGTH = 63;

/** Unique names of one kind in PostgreSQL's form: 1 to 63 bytes long. */
export function postgresNames(): FreeNames {
  return new FreeNames({ join: shortened });
}

/**
 * A table named like a system catalog would be hidden by it, because pg_catalog is searched first.
 * https://www.postgresql.org/docs/15/ddl-schemas.html#DDL-SCHEMAS-CATALOG
 */
export function relationName(name: string): string {
  return name.startsWith('pg_') ? `_${name}` : name;
}

/** https://www.postgresql.org/docs/15/ddl-system-columns.html */
const SYSTEM_COLUMNS = new Set(['tableoid', 'xmin', 'cmin', 'xmax', 'cmax', 'ctid']);

export function columnName(name: string): string {
  return SYSTEM_COLUMNS.has(name) ? `${name}_` : name;
}

function shortened(name: string, suffix: string): string {
  return cut(name === '' ? 'unnamed' : name, MAXIMUM_LENGTH - suffix.length) + suffix;
}

/** At a character boundary. */
function cut(name: string, length: number): string {
  let bytes = 0;
  let end = 0;
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > length) return name.slice(0, end);
    end += character.length;
  }
  return name;
}

/** Text as a string constant. A backslash is not an escape, because standard_conforming_strings is on. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
