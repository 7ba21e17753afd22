/** What SQLite keeps beside a database file while it is in use. https://www.sqlite.org/tempfiles.html */
export const DATABASE_COMPANIONS = ['-wal', '-shm', '-journal'] as const;
