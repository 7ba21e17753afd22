/**
 * A name in the form in which SQLite compares names: only A to Z are folded, so `É` and `é` differ.
 * https://www.sqlite.org/lang_keywords.html, sqlite3StrICmp()
 */
export function foldName(name: string): string {
  return /[A-Z]/.test(name) ? name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name;
}

/** Whether the name equals one of these for SQLite. */
export function includesName(names: readonly string[], name: string): boolean {
  const folded = foldName(name);
  return names.some((each) => foldName(each) === folded);
}

/** Compares two names by their UTF-16 code units, independently of the locale. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Whether a name belongs to SQLite (`sqlite_sequence`, `sqlite_stat1`) or to the service, and so to no client's schema. */
export function isReservedName(name: string): boolean {
  const folded = foldName(name);
  return folded.startsWith('sqlite_') || folded.startsWith('_rowhouse_');
}

/** Any name as a quoted SQL identifier. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
