import { type Static, Type } from 'typebox';

import type { ProjectRow } from '../../catalog/tables.ts';
import { ALLOWED_KEYWORD } from '../../http/validation-details.ts';

/** What a client sees of a project, in the contract's order. */
export const projectFields = Type.Object(
  {
    id: Type.Integer(),
    project_slug: Type.String(),
    project_name: Type.String(),
    created_at: Type.String(),
    updated_at: Type.String(),
  },
  { title: 'Project' },
);

/** What a project takes on its disks, in bytes. */
export const storageFields = Type.Object(
  { database_bytes: Type.Integer(), export_bytes: Type.Integer() },
  { title: 'ProjectStorage' },
);

/** The slug of a project to be made: capitals are taken, and stored as lower case. */
export const newProjectSlug = Type.String({
  maxLength: 63,
  pattern: '^[A-Za-z0-9_-]+$',
  [ALLOWED_KEYWORD]: 'letters, digits, "_" and "-"',
});

export function toProjectFields(row: ProjectRow): Static<typeof projectFields> {
  const { id, project_slug, project_name, created_at, updated_at } = row;
  return { id, project_slug, project_name, created_at, updated_at };
}
