import { RowhouseError } from '../errors.ts';

/** The error for a project that is not there, or no longer. */
export function noSuchProject(): RowhouseError {
  return new RowhouseError('not_found', 'There is no such project.');
}
