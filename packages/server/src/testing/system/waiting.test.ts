import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';

import { eventually, nextEvent } from './waiting.ts';

test('an event is returned with its arguments, and no listener is left', async () => {
  const emitter = new EventEmitter();
  const event = nextEvent(emitter, 'data');
  emitter.emit('data', 1, 'two');
  assert.deepEqual(await event, [1, 'two']);
  assert.deepEqual(emitter.eventNames(), []);
});

test('waiting for the last event does not fail', async () => {
  const emitter = new EventEmitter();
  const event = nextEvent(emitter, 'close');
  emitter.emit('close');
  assert.deepEqual(await event, []);
});

test('waiting fails with the error, or at the end, of the emitter', async () => {
  for (const last of ['end', 'close', 'exit']) {
    const emitter = new EventEmitter();
    const event = nextEvent(emitter, 'data');
    emitter.emit(last);
    await assert.rejects(event, { message: `"${last}" came instead of "data"` });
    assert.deepEqual(emitter.eventNames(), []);
  }
  const stream = new PassThrough();
  const event = nextEvent(stream, 'data');
  stream.destroy(new Error('broken'));
  await assert.rejects(event, { message: 'broken' });
});

test('waiting for output of a process that ends without it fails', async () => {
  const child = spawn(process.execPath, ['-e', '0']);
  await assert.rejects(nextEvent(child.stdout, 'data'), /came instead of "data"/);
});

test('waiting for an event that never comes ends after a minute', async (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const event = nextEvent(new EventEmitter(), 'data');
  context.mock.timers.tick(60_000);
  await assert.rejects(event, { message: 'no "data" within 60000 ms' });

  let now = 0;
  context.mock.method(performance, 'now', () => now);
  await assert.rejects(
    eventually(() => {
      now += 30_000;
      return false;
    }),
    /^AssertionError.*: not within 60000 ms: \(\) =>/,
  );
});
