import assert from 'node:assert/strict';
import { type EventEmitter, once } from 'node:events';
import { setTimeout } from 'node:timers/promises';

/** Longer than anything that a test waits for, even on a slow and busy machine. */
const PATIENCE_MS = 60_000;

/** Polls until `isSo` is true, for conditions without an event; rejects after a minute. */
export async function eventually(isSo: () => boolean | Promise<boolean>): Promise<void> {
  // No test mocks this clock.
  const until = performance.now() + PATIENCE_MS;
  while (!(await isSo())) {
    assert.ok(performance.now() < until, `not within ${PATIENCE_MS} ms: ${isSo.toString()}`);
    await setTimeout(1);
  }
}

/** The last events of sockets, streams, servers, requests, processes and threads. */
const LAST_EVENTS = ['end', 'close', 'exit'];

/**
 * Resolves with the arguments of the emitter's next event of this name.
 * Rejects if the emitter fails or ends before the event, or after a minute: `once` alone would wait without end.
 */
export async function nextEvent(
  emitter: EventEmitter,
  name: string,
): Promise<Awaited<ReturnType<typeof once>>> {
  const over = new AbortController();
  const listeners = LAST_EVENTS.filter((last) => last !== name).map((last) => {
    return [last, () => over.abort(new Error(`"${last}" came instead of "${name}"`))] as const;
  });
  for (const [last, abort] of listeners) emitter.once(last, abort);
  const timer = globalThis.setTimeout(
    () => over.abort(new Error(`no "${name}" within ${PATIENCE_MS} ms`)),
    PATIENCE_MS,
  );
  try {
    return await once(emitter, name, { signal: over.signal });
  } catch (error) {
    const isOver = error instanceof Error && error.name === 'AbortError';
    throw isOver ? over.signal.reason : error;
  } finally {
    clearTimeout(timer);
    for (const [last, abort] of listeners) emitter.off(last, abort);
  }
}
