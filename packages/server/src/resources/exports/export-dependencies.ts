import type { Projects } from '../projects/projects.ts';
import type { ExportLinks } from './downloads/export-links.ts';
import type { Exports } from './exports.ts';

/** What the routes of exports work with. */
export interface ExportDependencies {
  readonly exports: Exports;
  readonly exportLinks: ExportLinks;
  readonly projects: Projects;
  /** What links begin with; null for the address that a request came to. */
  readonly publicUrl: string | null;
}
