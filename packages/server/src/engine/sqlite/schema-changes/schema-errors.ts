import { RowhouseError } from '../../../core/errors.ts';
import { isSqlError } from '../introspection/sql-error.ts';

/**
 * The error for a client whose schema change SQLite refused. Other errors are returned unchanged.
 * `sqlite3_errmsg()` names the object that prevents the change: `error in view v after rename: no such column: a`.
 */
export function explainSchemaError(error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof RowhouseError) return error;
  const broken = /^error in (view|trigger|index|table) ([^]+?)( after [a-z ]{1,40})?: ([^]*)$/.exec(
    error.message,
  );
  if (broken !== null) {
    const [, kind, name, after, reason] = broken;
    const compiles = after === undefined ? 'does not compile' : 'would no longer compile';
    const message = `The ${kind} ${name} prevents this change: it ${compiles} (${reason}).`;
    return new RowhouseError('conflict', message, { cause: error });
  }
  if (error.message.startsWith('object name reserved for internal use')) {
    return new RowhouseError('already_exists', 'The name is used by a virtual table.', {
      cause: error,
    });
  }
  if (!isSqlError(error)) return error;
  // Something in an imported schema, such as a table whose module is missing.
  return new RowhouseError('conflict', `SQLite rejects the operation: ${error.message}.`, { cause: error });
}
