import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { referencePages } from './reference-pages.ts';

const root = join(import.meta.dirname, '..');
for (const page of referencePages()) {
  const path = join(root, page.path);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, page.text);
  console.log(page.path);
}
