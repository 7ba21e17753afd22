import { readFile } from 'node:fs/promises';

/** Returns the version in this package's manifest. */
export async function packageVersion(): Promise<string> {
  const manifest = await readFile(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(manifest) as { readonly version: string }).version;
}
