import { type ErrorCode, RowhouseError } from './errors.ts';

/**
 * A part of an operation's input, as the path to it: `['row', 'age']` of a new record, `['operations', 3, 'key']` of a batch.
 * An argument that is a list or a text is the first step by its name. Empty for the whole input.
 */
export type Subject = readonly (string | number)[];

/** What is wrong with one part of the input. */
export interface Fault {
  readonly subject: Subject;
  readonly message: string;
}

/**
 * An error about parts of an operation's input. It knows no HTTP: the edge maps each subject to the field that a client
 * wrote, and makes a `RowhouseError` of it.
 */
export class SubjectError extends RowhouseError {
  /** At least one. */
  readonly faults: readonly Fault[];
  /** What is wrong as a whole, as a sentence; null where the faults say it all. */
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

/** Faults as one sentence, each with the name of what is at fault before it. */
export function sentenceOf(faults: readonly { readonly field: string; readonly message: string }[]): string {
  return `${faults.map(({ field, message }) => `${field} ${message}`).join('; ')}.`;
}

/** A `validation_failed` about one part of the input. */
export function invalidInput(subject: Subject, message: string): SubjectError {
  return new SubjectError('validation_failed', [{ subject, message }]);
}

/**
 * Runs what takes one part of the input, and puts the path to this part before the subjects of its errors. So a function
 * names subjects as its own input has them, wherever that comes from.
 */
export function within<Result>(part: Subject, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw error instanceof SubjectError ? placed(error, part) : error;
  }
}

/** The same, and an error that names no part of the input names this one as a whole. */
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
