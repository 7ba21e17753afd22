import type { FinishedRequest } from '../http/finished-requests.ts';
import type { RunArchive } from './run-archive.ts';
import { RunStates } from './run-states.ts';

/** Some 300 bytes each. */
const RUNS_IN_MEMORY = 50_000;
/** A request waits no longer than this for what is known of its run. */
const ARCHIVE_LIMIT_MS = 250;

/** What happened: the runs of operations that calls belong to. */
export class Operations {
  /** Puts each call that asks for it into its run. */
  readonly grouper: RunStates;

  constructor(options: {
    readonly archive: RunArchive;
    readonly idleSeconds: number;
    /** In milliseconds since 1970. */
    readonly now: () => number;
  }) {
    const { archive, idleSeconds, now } = options;
    this.grouper = new RunStates({
      archive,
      now,
      idleMs: idleSeconds * 1_000,
      capacity: RUNS_IN_MEMORY,
      archiveLimitMs: ARCHIVE_LIMIT_MS,
    });
  }

  /** A call is over. */
  record({ projectId, grouping }: FinishedRequest): void {
    const runId = grouping?.runId ?? null;
    if (runId !== null) this.grouper.end(projectId, runId);
  }

  /** Its runs are nobody's any more. */
  forgetProject(projectId: number): void {
    this.grouper.forgetProject(projectId);
  }
}
