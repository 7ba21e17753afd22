import { randomUUID } from 'node:crypto';

import type { ProjectRegistry } from '../../engine/project-registry.ts';

/** A registry without a catalog: it contains these projects and records the creations that were begun. */
export function knownProjects(...slugs: readonly string[]): ProjectRegistry {
  const begun = new Set<string>();
  return {
    isProject: (slug) => Promise.resolve(slugs.includes(slug)),
    beginCreation: (slug) => {
      const id = randomUUID();
      begun.add(`${slug} ${id}`);
      return Promise.resolve(id);
    },
    isAbandoned: (slug, id) => Promise.resolve(!slugs.includes(slug) && begun.has(`${slug} ${id}`)),
  };
}
