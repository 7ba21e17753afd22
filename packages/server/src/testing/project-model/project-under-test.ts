import type { Answer } from '../http/test-server.ts';

/** A project of a service, to be held against a model. */
export interface ProjectUnderTest {
  /** `path` is what follows `/projects/<slug>/`. */
  call(method: string, path: string, json?: unknown): Promise<Answer>;
  /** Its database file. */
  readonly file: string;
}
