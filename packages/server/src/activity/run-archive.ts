import type { ArchivedRun, KeyOfToken } from './request-log/logged-call.ts';

/** The state of runs that are not in memory: runs from before the start, and evicted runs. */
export interface RunArchive {
  /** Returns the run and the last run that continues it; empty if the run is unknown. */
  chainOf(projectId: number | null, runId: string): Promise<readonly ArchivedRun[]>;
  /** Returns the same for the token's last run with this key. */
  latestOf(key: KeyOfToken): Promise<readonly ArchivedRun[]>;
}
