import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/**
 * Prints the software bill of materials of the published package, as CycloneDX JSON: its runtime dependencies with the versions of
 * package-lock.json, which the tests run with. https://cyclonedx.org/docs/1.5/json/
 */

interface Component {
  readonly 'bom-ref': string;
  readonly name: string;
  readonly purl: string;
}

interface Bom {
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string }[];
}

const NAME = 'rowhouse';

process.stdout.write(`${JSON.stringify(ofPackage(bomOfWorkspace()), null, 2)}\n`);

/**
 * Only the root of the repository has development dependencies, so none is in the list. `--omit dev` would also omit runtime
 * dependencies that a development dependency uses. https://github.com/npm/cli/issues/7909
 */
function bomOfWorkspace(): Bom {
  const options = ['--sbom-format', 'cyclonedx', '--package-lock-only', '--workspace', 'packages/server'];
  const text = execFileSync('npm', ['sbom', ...options], {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
    maxBuffer: 100_000_000,
    shell: process.platform === 'win32',
  });
  return JSON.parse(text) as Bom;
}

/** npm describes the repository, with the package as one of its components, which it names after its folder. */
function ofPackage(bom: Bom): Bom {
  const repository = bom.metadata.component['bom-ref'];
  const own = bom.components.find(({ purl }) => purl.startsWith(`pkg:npm/${NAME}@`));
  if (own === undefined) throw new Error(`npm sbom does not list ${NAME}`);
  return {
    ...bom,
    metadata: { ...bom.metadata, component: { ...own, name: NAME } },
    components: bom.components.filter((component) => component !== own),
    dependencies: bom.dependencies.filter(({ ref }) => ref !== repository),
  };
}
