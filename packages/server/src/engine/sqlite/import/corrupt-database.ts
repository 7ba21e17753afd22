import { RowhouseError } from '../../../core/errors.ts';

/** The error for an uploaded file that is no sound SQLite database. */
export function corruptDatabase(message: string): RowhouseError {
  return new RowhouseError('validation_failed', message, {
    details: [{ field: 'body', message: 'must be a valid SQLite database file' }],
  });
}
