import { monitorEventLoopDelay } from 'node:perf_hooks';

/**
 * Loaded into a server's process before its own code (`--import`). `reset` restarts the measurement; `read` answers with the longest
 * delay of the event loop since then, in milliseconds.
 */
const RESOLUTION_MS = 1;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();

process.on('message', (message) => {
  if (message === 'reset') delay.reset();
  if (message === 'read') process.send?.({ maxDelayMs: delay.max / 1e6 - RESOLUTION_MS });
});
// The channel alone must not keep a stopped server running.
process.channel?.unref();
