import { runSqliteShell } from '../tools/sqlite-shell.ts';

/** Loads a dump with the sqlite3 shell. The rest of it loads even if statements that the notes announce do not. */
export function loadNotedDump(path: string, dump: string, notes: readonly string[]): void {
  try {
    runSqliteShell(path, dump);
  } catch (error) {
    const isAnnounced = notes.some((note) => /load only into|do not load as they are/.test(note));
    if (!isAnnounced) throw error;
  }
}

/** Whether the notes of an export name a table. A note names the first three objects, and the number of the others. */
export function isNamedIn(notes: readonly string[], table: string): boolean {
  return notes.some(
    (note) => / and \d+ more/.test(note) || note.split(/ (?:virtual )?table | \(|[,.]/).includes(table),
  );
}
