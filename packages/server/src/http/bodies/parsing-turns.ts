import { RowhouseError } from '../../core/errors.ts';
import { parseJsonBody } from '../json/json-body.ts';

/** No longer than one piece, and so parsed at once. */
const SHORT_BYTES = 65_536;

/** A long body that is being parsed. */
interface Parsing {
  readonly reading: Generator<number, unknown>;
  /** About how many characters are left. */
  left: number;
  readonly isGone: () => boolean;
  readonly done: ParsingDone;
}

export type ParsingDone = (error: Error | null, value?: unknown) => void;

/**
 * Parses JSON bodies on the event loop without holding it up: a long one in pieces, one piece in each turn of the loop, so that
 * other requests come in between. Of several, that which has the least left goes first.
 */
export class ParsingTurns {
  readonly #waiting = new Set<Parsing>();

  /**
   * Calls `done` once, for a short body at once.
   * @param isGone whether nobody waits for the value any more; `done` is then called with an error.
   */
  parse(bytes: Buffer, isGone: () => boolean, done: ParsingDone): void {
    const parsing = { reading: parseJsonBody(bytes), left: bytes.length, isGone, done };
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

/** Parses one piece. Whether that was the last one, and `done` has been called. */
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
