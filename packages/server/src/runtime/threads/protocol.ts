import { RowhouseError, type ErrorCode, type ErrorDetail } from '../../core/errors.ts';
import { type Fault, SubjectError } from '../../core/subject-error.ts';

/** The methods of a thread: for each, its input and output as plain data. */
export type RpcMethods = Readonly<Record<string, { readonly input: unknown; readonly output: unknown }>>;

export interface RpcRequest {
  readonly id: number;
  readonly operation: string;
  readonly input: unknown;
}

export type RpcReply =
  | { readonly id: number; readonly ok: true; readonly output: unknown }
  | { readonly id: number; readonly ok: false; readonly error: ErrorMessage };

/** An error as plain data, because an `Error` loses its own properties when it is cloned between threads. */
export type ErrorMessage = RegisteredMessage | SubjectMessage | UnregisteredMessage;

interface RegisteredMessage {
  readonly kind: 'registered';
  readonly message: string;
  readonly code: ErrorCode;
  readonly details: readonly ErrorDetail[] | undefined;
  readonly retryAfterSeconds: number | undefined;
}

interface SubjectMessage {
  readonly kind: 'subject';
  readonly code: ErrorCode;
  readonly faults: readonly Fault[];
  readonly summary: string | null;
  readonly retryAfterSeconds: number | undefined;
}

interface UnregisteredMessage {
  readonly kind: 'unregistered';
  readonly message: string;
  readonly stack: string | undefined;
  /** `ENOSPC`, `ERR_SQLITE_ERROR`…, if the error has one. */
  readonly systemCode: string | undefined;
  /** SQLite's extended result code, if SQLite failed. https://www.sqlite.org/rescode.html */
  readonly sqliteCode: number | undefined;
}

export function errorToMessage(error: unknown): ErrorMessage {
  if (error instanceof SubjectError) {
    const { code, faults, summary, retryAfterSeconds } = error;
    return { kind: 'subject', code, faults, summary, retryAfterSeconds };
  }
  if (error instanceof RowhouseError) {
    const { message, code, details, retryAfterSeconds } = error;
    return { kind: 'registered', message, code, details, retryAfterSeconds };
  }
  const unregistered = error instanceof Error ? error : new Error(String(error));
  return {
    kind: 'unregistered',
    message: unregistered.message,
    stack: unregistered.stack,
    systemCode:
      'code' in unregistered && typeof unregistered.code === 'string' ? unregistered.code : undefined,
    sqliteCode:
      'errcode' in unregistered && typeof unregistered.errcode === 'number'
        ? unregistered.errcode
        : undefined,
  };
}

/** Returns the error of a message: a `RowhouseError`, or an `Error` with the `code`, `errcode` and stack of the original. */
export function errorFromMessage(message: ErrorMessage): Error {
  if (message.kind === 'registered') {
    const { code, details, retryAfterSeconds } = message;
    return new RowhouseError(code, message.message, { details, retryAfterSeconds });
  }
  if (message.kind === 'subject') {
    const { code, faults, summary, retryAfterSeconds } = message;
    return new SubjectError(code, faults, { summary, retryAfterSeconds });
  }
  const error = Object.assign(new Error(message.message), {
    ...(message.systemCode !== undefined && { code: message.systemCode }),
    ...(message.sqliteCode !== undefined && { errcode: message.sqliteCode }),
  });
  if (message.stack !== undefined) error.stack = message.stack;
  return error;
}
