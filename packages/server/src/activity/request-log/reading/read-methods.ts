import type { RequestIdParts } from '../request-id-parts.ts';
import type { CallsQuery, Page, Position, RunsQuery, StoredCall, StoredRun } from '../stored-rows.ts';

/** The RPC methods of the log's reader thread. */
export type ReadMethods = {
  readonly listRuns: { readonly input: RunsQuery; readonly output: Page<StoredRun> };
  readonly getRun: {
    readonly input: { readonly projectId: number; readonly runId: string };
    readonly output: StoredRun | null;
  };
  /** In order of their start. */
  readonly listCallsOfRun: {
    readonly input: { readonly run: number; readonly after: Position | null; readonly limit: number };
    readonly output: Page<StoredCall>;
  };
  /** The latest first. */
  readonly listCalls: { readonly input: CallsQuery; readonly output: Page<StoredCall> };
  readonly getCall: {
    readonly input: RequestIdParts & { readonly projectId: number };
    readonly output: StoredCall | null;
  };
};

export interface ReadThreadStart {
  readonly path: string;
}
