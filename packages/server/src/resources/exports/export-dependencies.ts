import type { Projects } from '../projects/projects.ts';
import type { ExportLinks } from './downloads/export-links.ts';
import type { Exports } from './exports.ts';

/** The dependencies of the export routes. */
export interface ExportDependencies {
  readonly exports: Exports;
  readonly exportLinks: ExportLinks;
  readonly projects: Projects;
}
