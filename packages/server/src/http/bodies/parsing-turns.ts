import { RowhouseError } from '../../core/errors.ts';
import { parseJsonBody } from '../json/json-body.ts';
import type { StructureOptions } from '../json/json-structure.ts';

/** A body up to this size is one piece, and is parsed at once. */
const SHORT_BYTES = 65_536;

/** A long body during parsing. */
interface Parsing {
  readonly reading: Generator<number, unknown>;
  /** The approximate number of remaining characters. */
  left: number;
  readonly isGone: () => boolean;
  readonly done: ParsingDone;
}

export interface TurnOptions extends StructureOptions {
  /** Whether the client has disconnected; `done` is then called with an error. */
  readonly isGone: () => boolean;
}

export type ParsingDone = (error: Error | null, value?: unknown) => void;

/**
 * Parses JSON bodies without blocking the event loop: a long body in pieces, one piece per turn of the loop, so other
 * requests run in between. Of several bodies, the one with the least left goes first.
 */
export class ParsingTurns {
  readonly #waiting = new Set<Parsing>();

  /** Calls `done` once; for a short body synchronously. */
  parse(bytes: Buffer, options: TurnOptions, done: ParsingDone): void {
    const { isGone } = options;
    const parsing = { reading: parseJsonBody(bytes, options), left: bytes.length, isGone, done };
    if (bytes.length <= SHORT_BYTES) {
      while (!advance(parsing));
      return;
    }
    this.#waiting.add(parsing);
    if (this.#waiting.size === 1) setImmediate(() => this.#turn());
  }

  #turn(): void {
    const next = leastLeft(this.#waiting);
    if (next !== undefined && advance(next)) this.#waiting.delete(next);
    if (this.#waiting.size > 0) setImmediate(() => this.#turn());
  }
}

/** Parses one piece. Returns whether it was the last one and `done` was called. */
function advance(parsing: Parsing): boolean {
  const { reading, isGone, done } = parsing;
  let step: IteratorResult<number, unknown>;
  try {
    if (isGone())
      throw new RowhouseError('malformed_request', 'The client closed the connection before the answer.');
    step = reading.next();
  } catch (error) {
    done(error instanceof Error ? error : new Error(String(error)));
    return true;
  }
  if (step.done === true) done(null, step.value);
  else parsing.left = step.value;
  return step.done === true;
}

function leastLeft(waiting: ReadonlySet<Parsing>): Parsing | undefined {
  let least: Parsing | undefined;
  for (const parsing of waiting) if (least === undefined || parsing.left < least.left) least = parsing;
  return least;
}
