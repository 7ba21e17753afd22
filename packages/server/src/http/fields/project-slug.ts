import { Type, type TProperties } from 'typebox';

import { ALLOWED_KEYWORD } from '../validation-details.ts';

/** A slug in a path, in any case. `normaliseSlug` converts it to its stored form before validation. */
export const projectSlug = Type.String({
  pattern: '^[A-Za-z0-9_-]+$',
  maxLength: 63,
  [ALLOWED_KEYWORD]: 'letters, digits, "_" and "-"',
});

/** Returns the path parameters of a route below `/projects/:project`, plus `properties`. */
export function projectPath<Properties extends TProperties>(properties: Properties) {
  return Type.Object({ project: projectSlug, ...properties }, { additionalProperties: false });
}

/**
 * Converts a slug to lower case: `Example_Project` means `example_project`. Only ASCII letters change, because a slug has no
 * others.
 */
export function normaliseSlug(text: string): string {
  return text.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Returns the slug in a path, in its stored form; null if the path has none. */
export function slugInPath(params: unknown): string | null {
  const slug = typeof params === 'object' && params !== null && 'project' in params ? params.project : null;
  return typeof slug === 'string' ? normaliseSlug(slug) : null;
}
