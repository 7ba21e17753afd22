/**
 * A name as SQLite compares it: only A to Z are folded, so `É` and `é` are two names.
 * https://www.sqlite.org/lang_keywords.html, sqlite3StrICmp()
 */
export function foldName(name: string): string {
  return /[A-Z]/.test(name) ? name.replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase()) : name;
}

/** Whether SQLite takes the name for one of these. */
export function includesName(names: readonly string[], name: string): boolean {
  const folded = foldName(name);
  return names.some((each) => foldName(each) === folded);
}

/** Compares two names by their UTF-16 code units: the same order everywhere, whatever the locale. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Whether a name belongs to SQLite (`sqlite_sequence`, `sqlite_stat1`) or to the service, and so to no one's schema. */
export function isReservedName(name: string): boolean {
  const folded = foldName(name);
  return folded.startsWith('sqlite_') || folded.startsWith('_rowhouse_');
}

/** Writes a name as an identifier that SQLite reads as that name, whatever it contains. */
export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
