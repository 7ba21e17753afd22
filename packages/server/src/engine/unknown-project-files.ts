import { RowhouseError } from '../core/errors.ts';

/** The error for a new project whose folder holds files that may be the only copy of another project. */
export function unknownProject(slug: string): RowhouseError {
  return new RowhouseError(
    'conflict',
    `The data folder holds files of a project ${slug} that the catalog does not know. Use another slug, or ask the owner of the ` +
      'server to restore the catalog or move the files.',
  );
}
