import { globSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../../../../shared/data', import.meta.url));

/** The paths of public databases of other programs, if they are beside the repository. Tests only read them. */
export const publicDatabases: readonly string[] = globSync(`${FOLDER}/*.{sqlite,gpkg,mbtiles}`).toSorted();
