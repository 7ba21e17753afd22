import type { ForeignFile } from './foreign-file.ts';
import { fullTextFiles } from './full-text.ts';
import { missingFeatures } from './missing-features.ts';
import { programFiles } from './programs.ts';
import { unusualRows } from './unusual-rows.ts';
import { unusualSchemas } from './unusual-schemas.ts';

/** One database for each kind of content that other programs leave in their files. */
export const foreignFiles: readonly ForeignFile[] = [
  ...missingFeatures,
  ...fullTextFiles,
  ...unusualRows,
  ...unusualSchemas,
  ...programFiles,
];
