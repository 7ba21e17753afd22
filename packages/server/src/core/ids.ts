import { randomFillSync } from 'node:crypto';

/**
 * Returns `<prefix>_<YYYYMMDD>T<HHMMSS>_<microseconds>Z_<12 hex>` in UTC: the form of request ids (`req`) and run ids
 * (`oprun`).
 */
export function timestampedId(prefix: string): string {
  const micros = wallClockMicros();
  const second = secondOf(Math.floor(micros / 1_000_000));
  const fraction = String(micros % 1_000_000).padStart(6, '0');
  return `${prefix}_${second.date}T${second.time}_${fraction}Z_${randomHex(6)}`;
}

/** Returns `exp_<YYYYMMDD>_<HHMMSS>_<10 hex>` in UTC. */
export function exportId(): string {
  const second = secondOf(Math.floor(Date.now() / 1_000));
  return `exp_${second.date}_${second.time}_${randomHex(5)}`;
}

/** Returns `YYYY-MM-DDTHH:MM:SSZ`, the form of every time that clients see. */
export function timestamp(date: Date = new Date()): string {
  return secondOf(Math.floor(date.getTime() / 1_000)).timestamp;
}

interface Second {
  readonly epoch: number;
  readonly timestamp: string;
  readonly date: string;
  readonly time: string;
}

let lastSecond: Second = formatSecond(0);

/** Every request gets an id, and thousands fall into one second, so the second is formatted once. */
function secondOf(epoch: number): Second {
  if (lastSecond.epoch !== epoch) lastSecond = formatSecond(epoch);
  return lastSecond;
}

function formatSecond(epoch: number): Second {
  const text = new Date(epoch * 1_000).toISOString();
  const digits = text.replaceAll(/[-:]/g, '');
  return {
    epoch,
    timestamp: `${text.slice(0, 19)}Z`,
    date: digits.slice(0, 8),
    time: digits.slice(9, 15),
  };
}

/**
 * The maximum difference between the two clocks, in microseconds, before the wall clock is read again: it was set, or
 * drifted.
 */
const MAX_DRIFT_MICROS = 2_000;
/** A smaller step back, in microseconds, is a pause of the process between the two readings, and not a changed clock. */
const MAX_PAUSE_MICROS = 1_000_000;
let anchorMicros = 0;
let lastMicros = 0;

/** Returns the wall clock in microseconds, so ids created in the same millisecond still sort by creation. */
function wallClockMicros(): number {
  const wallMicros = Date.now() * 1_000;
  const monotonicMicros = Math.floor(performance.now() * 1_000);
  const drift = anchorMicros + monotonicMicros - wallMicros;
  if (drift < 0 || drift > MAX_DRIFT_MICROS) anchorMicros = wallMicros - monotonicMicros;
  const micros = anchorMicros + monotonicMicros;
  lastMicros = micros < lastMicros && lastMicros - micros < MAX_PAUSE_MICROS ? lastMicros : micros;
  return lastMicros;
}

const pool = Buffer.alloc(6_144);
let poolOffset = pool.length;

/** Draws random bytes from the system a few kilobytes at a time, because one draw costs as much as a hundred ids. */
function randomHex(bytes: number): string {
  if (poolOffset + bytes > pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const hex = pool.toString('hex', poolOffset, poolOffset + bytes);
  poolOffset += bytes;
  return hex;
}
