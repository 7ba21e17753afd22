import type { ArchivedRun, KeyOfToken } from './request-log/logged-call.ts';

/** What is known of runs that memory does not hold: those from before the start, and those that have made room for others. */
export interface RunArchive {
  /** The run and the last of those that go on from it; none where it is not known. */
  chainOf(projectId: number | null, runId: string): Promise<readonly ArchivedRun[]>;
  /** The same for the run that the token was in last with this key. */
  latestOf(key: KeyOfToken): Promise<readonly ArchivedRun[]>;
}
