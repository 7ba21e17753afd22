import { test } from 'node:test';

/** With `ROWHOUSE_TEST_CONTRACT=reference`, only what the reference product documents is tested. */
export const REFERENCE_ONLY = process.env['ROWHOUSE_TEST_CONTRACT'] === 'reference';

/** With `ROWHOUSE_TEST_PROJECT`, the suite has that project alone, and no right to make others. */
export const IN_GIVEN_PROJECT = process.env['ROWHOUSE_TEST_PROJECT'] !== undefined;

interface Needs {
  /** `projects`: the right to make projects, which a project token does not give. */
  readonly needs: 'projects';
}

type Body = () => void | Promise<void>;

/** What the reference product documents: every engine that speaks its API must do it, to the letter. */
export function documented(name: string, body: Body, needs?: Needs): void {
  void test(name, { skip: reasonToSkip(needs) }, body);
}

/** What Rowhouse decides where the reference is silent. */
export function ours(name: string, body: Body, needs?: Needs): void {
  void test(name, { skip: REFERENCE_ONLY ? 'not documented by the reference' : reasonToSkip(needs) }, body);
}

function reasonToSkip(needs: Needs | undefined): string | false {
  return needs !== undefined && IN_GIVEN_PROJECT ? 'a project token makes no projects' : false;
}
