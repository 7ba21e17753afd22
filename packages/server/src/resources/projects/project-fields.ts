import { type Static, Type } from 'typebox';

import type { ProjectRow } from '../../catalog/tables.ts';
import { ALLOWED_KEYWORD } from '../../http/validation-details.ts';

/** A project in an answer, in the contract's order. */
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

/** The disk space of a project, in bytes. */
export const storageFields = Type.Object(
  { database_bytes: Type.Integer(), export_bytes: Type.Integer() },
  { title: 'ProjectStorage' },
);

/** The slug of a new project. Upper-case letters are accepted and stored in lower case. */
export const newProjectSlug = Type.String({
  maxLength: 63,
  pattern: '^[A-Za-z0-9_-]+$',
  [ALLOWED_KEYWORD]: 'letters, digits, "_" and "-"',
});

export function toProjectFields(row: ProjectRow): Static<typeof projectFields> {
  const { id, project_slug, project_name, created_at, updated_at } = row;
  return { id, project_slug, project_name, created_at, updated_at };
}
