import type { ArchivedRun, KeyOfToken, LoggedCall } from '../logged-call.ts';

/** The RPC methods of the log's writer thread. Look-ups see all calls that were sent before them. */
export type WriteMethods = {
  readonly append: { readonly input: readonly LoggedCall[]; readonly output: void };
  /** Returns the run and the last run that continues it; empty if the run is unknown. */
  readonly chainOf: {
    readonly input: { readonly projectId: number | null; readonly runId: string };
    readonly output: readonly ArchivedRun[];
  };
  /** Returns the same for the token's last run with this key. */
  readonly latestOf: { readonly input: KeyOfToken; readonly output: readonly ArchivedRun[] };
  /** Removes some old calls and runs. Returns whether there are more. */
  readonly sweep: { readonly input: { readonly before: number }; readonly output: boolean };
  /** Removes some rows of the project. Returns whether there are more. */
  readonly forgetProject: { readonly input: number; readonly output: boolean };
  /** Returns every project with rows in the log. */
  readonly projects: { readonly input: undefined; readonly output: readonly number[] };
};

export interface WriteThreadStart {
  readonly path: string;
  /** The maximum number of calls; the oldest are removed. */
  readonly maxRows: number;
}
