import type { Answer } from '../http/test-server.ts';

/** A project of a service, for comparison with a model. */
export interface ProjectUnderTest {
  /** @param path after `/projects/<slug>/`. */
  call(method: string, path: string, json?: unknown): Promise<Answer>;
  /** Its database file. */
  readonly file: string;
}
