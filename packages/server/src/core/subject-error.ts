import { type ErrorCode, RowhouseError } from './errors.ts';

/**
 * The path to a part of an operation's input: `['row', 'age']` of a new record, `['operations', 3, 'key']` of a batch. If an
 * argument is a list or a text, the path starts with the argument's name. Empty for the whole input.
 */
export type Subject = readonly (string | number)[];

/** An error in one part of the input. */
export interface Fault {
  readonly subject: Subject;
  readonly message: string;
}

/**
 * An error about parts of an operation's input, without terms of HTTP. The edge maps each subject to the field that the client sent,
 * and turns the error into a `RowhouseError`.
 */
export class SubjectError extends RowhouseError {
  /** At least one. */
  readonly faults: readonly Fault[];
  /** A sentence about the input as a whole; null if the messages of `faults` are enough. */
  readonly summary: string | null;

  constructor(
    code: ErrorCode,
    faults: readonly Fault[],
    options: {
      readonly summary?: string | null;
      readonly cause?: unknown;
      readonly retryAfterSeconds?: number | undefined;
    } = {},
  ) {
    const { summary = null, cause, retryAfterSeconds } = options;
    const texts = faults.map(({ subject, message }) => ({ field: subject.join('.'), message }));
    super(code, summary ?? sentenceOf(texts), { cause, retryAfterSeconds });
    this.faults = faults;
    this.summary = summary;
  }
}

/** Joins the faults into one sentence, each after its field. */
export function sentenceOf(faults: readonly { readonly field: string; readonly message: string }[]): string {
  return `${faults.map(({ field, message }) => `${field} ${message}`).join('; ')}.`;
}

/** A `validation_failed` about one part of the input. */
export function invalidInput(subject: Subject, message: string): SubjectError {
  return new SubjectError('validation_failed', [{ subject, message }]);
}

/**
 * Runs a function that takes one part of the input, and prefixes the subjects of its errors with the path to this part. So the
 * function names subjects relative to its own input.
 */
export function within<Result>(part: Subject, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw error instanceof SubjectError ? placed(error, part) : error;
  }
}

/** Like `within`, but an error without a subject gets the whole part as its subject. */
export function naming<Result>(part: Subject, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    if (error instanceof SubjectError) throw placed(error, part);
    if (!(error instanceof RowhouseError)) throw error;
    const { code, message, cause, retryAfterSeconds } = error;
    throw new SubjectError(code, [{ subject: part, message }], {
      summary: message,
      cause,
      retryAfterSeconds,
    });
  }
}

function placed(
  { code, faults, summary, cause, retryAfterSeconds }: SubjectError,
  part: Subject,
): SubjectError {
  const below = faults.map(({ subject, message }) => ({ subject: [...part, ...subject], message }));
  return new SubjectError(code, below, { summary, cause, retryAfterSeconds });
}
