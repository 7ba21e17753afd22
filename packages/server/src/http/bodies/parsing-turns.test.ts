import assert from 'node:assert/strict';
import { test } from 'node:test';

import { ParsingTurns } from './parsing-turns.ts';

function parsed(turns: ParsingTurns, text: string, isGone = () => false): Promise<unknown> {
  return new Promise((resolve, reject) => {
    turns.parse(Buffer.from(text), { isGone, realNumbers: true }, (error, value) =>
      error === null ? resolve(value) : reject(error),
    );
  });
}

test('of several long bodies, the one with the least left is parsed first, and a short one does not wait', async () => {
  const turns = new ParsingTurns();
  const order: unknown[] = [];
  const texts = [800_000, 200_000, 400_000, 10].map((length) => `[${'1,'.repeat(length / 2)}${length}]`);
  await Promise.all(
    texts.map(async (text) => {
      const value = await parsed(turns, text);
      order.push(Array.isArray(value) && value.at(-1));
    }),
  );
  assert.deepEqual(order, [10, 200_000, 400_000, 800_000]);
});

test('a long body is no longer parsed after its client has disconnected, and the next one is', async () => {
  const turns = new ParsingTurns();
  const long = `[${'1,'.repeat(100_000)}1]`;
  let requested = 0;
  const left = parsed(turns, long, () => ++requested > 1);
  const next = parsed(turns, `${long} `);
  await assert.rejects(left, { code: 'malformed_request' });
  assert.equal(requested, 2);
  assert.ok(Array.isArray(await next));
});

test('a syntax error in a long body is reported with its position', async () => {
  const text = `[${'1,\n'.repeat(100_000)}]`;
  await assert.rejects(parsed(new ParsingTurns(), text), {
    code: 'invalid_json',
    message: /line 100001, column 1,/,
  });
});
