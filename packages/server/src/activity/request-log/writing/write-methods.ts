import type { ArchivedRun, KeyOfToken, LoggedCall } from '../logged-call.ts';

/** What the thread that writes the log does. What it looks up it finds after everything that it was given before. */
export type WriteMethods = {
  readonly append: { readonly input: readonly LoggedCall[]; readonly output: void };
  /** The run and the last of those that go on from it; none where it is not known. */
  readonly chainOf: {
    readonly input: { readonly projectId: number | null; readonly runId: string };
    readonly output: readonly ArchivedRun[];
  };
  /** The same for the run that the token was in last with this key. */
  readonly latestOf: { readonly input: KeyOfToken; readonly output: readonly ArchivedRun[] };
  /** Removes some of what is to be removed. @returns whether there is more. */
  readonly sweep: { readonly input: { readonly before: number }; readonly output: boolean };
  /** Removes some of what is of the project. @returns whether there is more. */
  readonly forgetProject: { readonly input: number; readonly output: boolean };
  /** Every project of which something is kept. */
  readonly projects: { readonly input: undefined; readonly output: readonly number[] };
};

export interface WriteThreadStart {
  readonly path: string;
  /** The oldest calls beyond so many are removed. */
  readonly maxRows: number;
}
