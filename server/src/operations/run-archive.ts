/** A run as it was last written down. */
export interface ArchivedRun {
  readonly runId: string;
  readonly operationKey: string | null;
  /** The run that it goes on from. */
  readonly continues: string | null;
  /** The run that goes on from it. */
  readonly continuedBy: string | null;
  /** When its last call was over, in milliseconds since 1970. */
  readonly lastActivityMs: number;
}

/** What is known of runs that memory does not hold: those from before the start, and those that have made room for others. */
export interface RunArchive {
  /** The run and those that go on from it, one after the other; none where it is not known. */
  chainOf(projectId: number | null, runId: string): Promise<readonly ArchivedRun[]>;
  /** The same for the run that the token was in last with this key. */
  latestOf(call: {
    readonly projectId: number | null;
    readonly tokenId: number | null;
    readonly operationKey: string;
  }): Promise<readonly ArchivedRun[]>;
}
