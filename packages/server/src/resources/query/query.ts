import type { ProjectQueries } from '../../engine/project-queries.ts';

/** SQL on a project, which is named by its slug. It is the engine's own affair, and nothing is added to it here. */
export type Queries = ProjectQueries;
