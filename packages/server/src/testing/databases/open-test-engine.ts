import { join } from 'node:path';

import type { Engine } from '../../engine/engine.ts';
import { openSqliteEngine, type SqliteEngineOptions } from '../../engine/sqlite/sqlite-engine.ts';
import { knownProjects } from '../system/known-projects.ts';

/** Opens an engine without a catalog. An export is written to a file of the folder, named by the export's id. */
export function openTestEngine(
  directory: string,
  options: Partial<SqliteEngineOptions> = {},
): Promise<Engine> {
  return openSqliteEngine({
    directory,
    maxOpenDatabases: 4,
    pointThreads: 1,
    writerThreads: 1,
    readerThreads: 1,
    queryTimeoutMs: 5_000,
    exportDirectory: '',
    exportDrafts: { draftPath: ({ exportId }) => Promise.resolve(join(directory, exportId)) },
    exportTimeoutMs: 60_000,
    exportMaxBytes: Infinity,
    projects: knownProjects(),
    onThreadCrash: () => undefined,
    ...options,
  });
}
