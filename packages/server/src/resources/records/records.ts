import type { ProjectBatches } from '../../engine/project-batches.ts';
import type { ProjectRecords } from '../../engine/project-records.ts';

/** The rows of a project, which is named by its slug. They are the engine's own affair, and nothing is added to it here. */
export type Records = ProjectRecords;

/** Several operations on them, of which all have effect or none. */
export type Batches = ProjectBatches;
