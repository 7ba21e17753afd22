/** Suffixes of the files that SQLite keeps beside an open database. https://www.sqlite.org/tempfiles.html */
export const DATABASE_COMPANIONS = ['-wal', '-shm', '-journal'] as const;
