import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

// Runs the property tests with many more cases, kills a server fifty times during exports and writes, and runs the whole conformance
// suite by URL: node tools/long-tests.ts [cases]
const runs = Number(process.argv[2] ?? 20_000);
if (!Number.isSafeInteger(runs) || runs < 1) {
  console.error('node tools/long-tests.ts [cases]: cases is a whole number from 1');
  process.exit(2);
}
const files = [
  ...globSync('packages/server/src/**/*.property.test.ts'),
  'packages/server/src/resources/exports/jobs/killed-server.slow.test.ts',
  'packages/server/src/resources/records/exactly-once-killed.slow.test.ts',
  'tools/conformance-by-url.slow.test.ts',
];
const { status } = spawnSync(process.execPath, ['--test', '--test-reporter=spec', ...files], {
  stdio: 'inherit',
  env: { ...process.env, PROPERTY_RUNS: String(runs), KILLED_RUNS: '50' },
});
process.exit(status ?? 1);
