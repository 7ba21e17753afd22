import { RowhouseError } from '../core/errors.ts';

/** The error for a new project whose slug is the name of stored files that no project has: they may be all that is left of one. */
export function unknownProject(slug: string): RowhouseError {
  return new RowhouseError(
    'conflict',
    `The data folder holds files of a project ${slug} that the catalog does not know, and they stay: take another slug, or ` +
      'have the owner of the server restore the catalog or move them away.',
  );
}
