import { test } from 'node:test';

/** With `ROWHOUSE_TEST_CONTRACT=reference`, only what the reference product documents is tested. */
export const REFERENCE_ONLY = process.env['ROWHOUSE_TEST_CONTRACT'] === 'reference';

/** With `ROWHOUSE_TEST_PROJECT`, the suite can use only that project. */
export const IN_GIVEN_PROJECT = process.env['ROWHOUSE_TEST_PROJECT'] !== undefined;

interface Needs {
  /** `projects`: the right to create projects, which a project token does not have. */
  readonly needs: 'projects';
}

type Body = () => void | Promise<void>;

/** A requirement that the reference product documents, and that every implementation of the API must meet. */
export function documented(name: string, body: Body, needs?: Needs): void {
  void test(name, { skip: reasonToSkip(needs) }, body);
}

/** A requirement that Rowhouse defines where the reference says nothing. */
export function ours(name: string, body: Body, needs?: Needs): void {
  void test(name, { skip: REFERENCE_ONLY ? 'not documented by the reference' : reasonToSkip(needs) }, body);
}

function reasonToSkip(needs: Needs | undefined): string | false {
  return needs !== undefined && IN_GIVEN_PROJECT ? 'a project token cannot create projects' : false;
}
