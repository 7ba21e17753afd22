import { RowhouseError } from '../../core/errors.ts';
import { SubjectError } from '../../core/subject-error.ts';
import { type FieldOf, inFields } from '../../http/subject-fields.ts';

/** Reads one operation of a batch. An error names the operation. */
export function inOperation<Result>(position: number, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    throw error instanceof RowhouseError ? faultOf(error, position) : error;
  }
}

/**
 * Returns the error of a batch for the client: it names the operation that failed, and the invalid fields in it.
 * @param fields the mapping of subjects to fields, for each operation.
 */
export function batchError(error: unknown, fields: readonly FieldOf[]): unknown {
  if (!(error instanceof SubjectError)) return error;
  const position = Number(error.faults[0]?.subject[1]);
  const fieldOf = fields[position];
  return fieldOf === undefined ? error : faultOf(faultAlone(error, fieldOf), position);
}

/** Returns the error that the operation would have alone. An error about the whole operation names no field. */
function faultAlone(error: SubjectError, fieldOf: FieldOf): RowhouseError {
  const { code, message, summary, cause, retryAfterSeconds } = error;
  const faults = error.faults.map((fault) => ({ ...fault, subject: fault.subject.slice(2) }));
  return faults.some(({ subject }) => subject.length === 0)
    ? new RowhouseError(code, message, { cause, retryAfterSeconds })
    : inFields(new SubjectError(code, faults, { summary, cause, retryAfterSeconds }), fieldOf);
}

function faultOf(error: RowhouseError, position: number): RowhouseError {
  const operation = `body.operations[${position}]`;
  const details = error.details?.map((detail) => ({
    ...detail,
    field: fieldInBatch(detail.field, operation),
  }));
  return new RowhouseError(
    error.code,
    `Operation ${position} failed, so the batch had no effect: ${error.message}`,
    {
      details: details ?? [{ field: operation, message: error.message }],
      cause: error.cause,
      retryAfterSeconds: error.retryAfterSeconds,
    },
  );
}

/** The key of a row is a part of the operation's path; everything else is in its body. */
function fieldInBatch(field: string, operation: string): string {
  return field.startsWith('path') ? `${operation}.path` : `${operation}.${field}`;
}
