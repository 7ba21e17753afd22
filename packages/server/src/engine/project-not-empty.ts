import { RowhouseError } from '../core/errors.ts';

/** The error for an import into a project that has tables or views. */
export function projectNotEmpty(): RowhouseError {
  return new RowhouseError(
    'conflict',
    'The project already has tables; import with replace=true to replace all of them.',
  );
}
