import assert from 'node:assert/strict';

import { assertKeys, TIMESTAMP } from './answer.ts';

interface ExpectedObject {
  readonly [key: string]: Expected;
}

/** A JSON value as an example shows it, with a class instance in place of each part that differs from run to run. */
export type Expected =
  | string
  | number
  | boolean
  | null
  | Varying
  | FollowedBy
  | readonly Expected[]
  | ExpectedObject;

class Varying {
  readonly description: string;
  readonly accepts: (value: unknown) => boolean;

  constructor(description: string, accepts: (value: unknown) => boolean) {
    this.description = description;
    this.accepts = accepts;
  }
}

/** An object whose documented keys are followed by keys of Rowhouse. */
class FollowedBy {
  readonly documented: ExpectedObject;
  readonly ours: readonly string[];

  constructor(documented: ExpectedObject, ours: readonly string[]) {
    this.documented = documented;
    this.ours = ours;
  }
}

const matching = (pattern: RegExp) => (value: unknown) => typeof value === 'string' && pattern.test(value);

export const ID = new Varying('an id', (value) => Number.isInteger(value) && Number(value) >= 1);
export const COUNT = new Varying('a count', (value) => Number.isInteger(value) && Number(value) >= 0);
export const TIME = new Varying('a time', matching(TIMESTAMP));
export const TIME_OR_NULL = new Varying('a time or null', (value) => value === null || TIME.accepts(value));
export const TOKEN = new Varying('a token', matching(/^pat_[0-9A-Za-z]{42}$/));
export const EXPORT_ID = new Varying('the id of an export', matching(/^exp_\d{8}_\d{6}_[0-9a-f]{10}$/));
export const DOWNLOAD_URL = new Varying(
  'the URL of a download',
  matching(/^\/projects\/example_project\/export\/download\/exp_\d{8}_\d{6}_[0-9a-f]{10}$/),
);

export function followedBy(documented: ExpectedObject, ...ours: readonly string[]): FollowedBy {
  return new FollowedBy(documented, ours);
}

/** Asserts equal values, and equal keys in the same order. `place` is the value's place in the answer, for messages. */
export function assertExpected(value: unknown, expected: Expected, place = 'data'): void {
  if (expected instanceof Varying) {
    assert.ok(expected.accepts(value), `${place} is ${JSON.stringify(value)}, not ${expected.description}`);
  } else if (expected instanceof FollowedBy) {
    assertObject(value, expected, place);
  } else if (isList(expected)) {
    assert.ok(Array.isArray(value), `${place} is no list`);
    assert.equal(value.length, expected.length, `the length of ${place}`);
    for (const [index, item] of expected.entries()) assertExpected(value[index], item, `${place}[${index}]`);
  } else if (typeof expected === 'object' && expected !== null) {
    assertObject(value, { documented: expected, ours: [] }, place);
  } else {
    assert.equal(value, expected, place);
  }
}

function isList(expected: Expected): expected is readonly Expected[] {
  return Array.isArray(expected);
}

function assertObject(value: unknown, { documented, ours }: FollowedBy, place: string): void {
  assert.ok(typeof value === 'object' && value !== null, `${place} is no object`);
  assertKeys(value, Object.keys(documented), { ours });
  const fields = new Map<string, unknown>(Object.entries(value));
  for (const [key, expected] of Object.entries(documented)) {
    assertExpected(fields.get(key), expected, `${place}.${key}`);
  }
}
