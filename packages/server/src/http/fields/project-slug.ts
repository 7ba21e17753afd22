import { Type, type TProperties } from 'typebox';

import { ALLOWED_KEYWORD } from '../validation-details.ts';

/** A slug as it is stored and compared: lower case. `normaliseSlug` makes it so before anything checks it. */
export const projectSlug = Type.String({
  pattern: '^[a-z0-9_-]+$',
  maxLength: 63,
  [ALLOWED_KEYWORD]: 'lower-case letters, digits, "_" and "-"',
});

/** The path parameters of a route below `/projects/:project`, with those that follow. */
export function projectPath<Properties extends TProperties>(properties: Properties) {
  return Type.Object({ project: projectSlug, ...properties }, { additionalProperties: false });
}

/** `/projects/Example_Project/…` means `example_project`. Only ASCII letters change: no other letter may be in a slug. */
export function normaliseSlug(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** The project of a path, as its slug is stored; null where the path has none. */
export function slugInPath(params: unknown): string | null {
  const slug = typeof params === 'object' && params !== null && 'project' in params ? params.project : null;
  return typeof slug === 'string' ? normaliseSlug(slug) : null;
}
