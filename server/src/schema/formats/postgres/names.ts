import { unchangedFirst } from '../shared/unchanged-first.ts';

/** In bytes of UTF-8. https://www.postgresql.org/docs/15/sql-syntax-lexical.html#SQL-SYNTAX-IDENTIFIERS */
const MAXIMUM_LENGTH = 63;

/** Names of one kind, no two of them the same, each as PostgreSQL keeps it: at least one byte long, and at most 63. */
export class PostgresNames {
  readonly #taken = new Set<string>();

  /** The name itself where it can be had, else one like it: cut, or with a number behind. */
  take(wanted: string): string {
    let name = shortened(wanted, '');
    for (let count = 2; this.#taken.has(name); count++) name = shortened(wanted, `_${count}`);
    this.#taken.add(name);
    return name;
  }

  /** A name for each of these. */
  takeAll(wanted: readonly string[], translate: (name: string) => string): ReadonlyMap<string, string> {
    const inOrder = unchangedFirst(wanted, (name) => shortened(translate(name), ''));
    return new Map(inOrder.map((name) => [name, this.take(translate(name))]));
  }
}

/**
 * A table that is called like one of the system catalog would be taken for that one, as pg_catalog is searched first.
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

/** Between two characters, never inside one. */
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

/** Any text as a string constant; a backslash is itself, as standard_conforming_strings is on. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
