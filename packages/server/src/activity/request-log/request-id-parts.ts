/** The parts of a request id: the arrival time, in microseconds since 1970, and 48 random bits. */
export interface RequestIdParts {
  readonly started: number;
  readonly random: number;
}

/** Parses a request id; returns null for other text. */
export function parseRequestId(id: string): RequestIdParts | null {
  if (!REQUEST_ID.test(id)) return null;
  const parts = requestIdParts(id);
  return requestIdOf(parts) === id ? parts : null;
}

/**
 * Returns the parts of a request id that this service generated. They are stored as two numbers, a third of the id's size,
 * sorted by time.
 */
export function requestIdParts(id: string): RequestIdParts {
  const micros = Number(id.slice(20, 26));
  return { started: epochOf(id.slice(4, 19)) * 1_000_000 + micros, random: parseInt(id.slice(28), 16) };
}

export function requestIdOf({ started, random }: RequestIdParts): string {
  const second = new Date(Math.floor(started / 1_000_000) * 1_000).toISOString().replaceAll(/[-:]/g, '');
  const micros = String(started % 1_000_000).padStart(6, '0');
  return `req_${second.slice(0, 15)}_${micros}Z_${random.toString(16).padStart(12, '0')}`;
}

const REQUEST_ID = /^req_\d{8}T\d{6}_\d{6}Z_[0-9a-f]{12}$/;

let last = { second: '', epoch: 0 };

/** Returns `20261123T115845` in seconds since 1970. Thousands of ids have the same second. */
function epochOf(second: string): number {
  if (second !== last.second) {
    const [year, month, day] = [second.slice(0, 4), second.slice(4, 6), second.slice(6, 8)];
    const [hour, minute, rest] = [second.slice(9, 11), second.slice(11, 13), second.slice(13)];
    const time = Date.UTC(+year, +month - 1, +day, +hour, +minute, +rest);
    last = { second, epoch: time / 1_000 };
  }
  return last.epoch;
}
