import { join } from 'node:path';
import { test } from 'node:test';

import { assert, asyncModelRun, asyncProperty, commands } from 'fast-check';

import { borrowTestServer } from './testing/http/borrowed-server.ts';
import { columnSteps } from './testing/project-model/column-steps.ts';
import { recordSteps } from './testing/project-model/record-steps.ts';
import { creation, tableSteps } from './testing/project-model/table-steps.ts';

/** A run is many requests: 6 by day, and a fiftieth of PROPERTY_RUNS (`npm run test:long`). */
const RUNS = Math.ceil(Number(process.env['PROPERTY_RUNS'] ?? 300) / 50);
const seed = process.env['PROPERTY_SEED'];

test('after any sequence of client steps, the service agrees with a simple model of the project', async () => {
  await using server = await borrowTestServer();
  let projects = 0;
  const startProject = async () => {
    const slug = `project_${projects++}`;
    const token = await server.createProject(slug);
    return {
      model: { tables: new Map() },
      real: {
        call: (method: string, path: string, json?: unknown) =>
          server.call(method, `/projects/${slug}/${path}`, { token, json }),
        file: join(server.dataDir, 'projects', slug, 'database.sqlite'),
      },
    };
  };
  const steps = commands([...tableSteps, ...columnSteps, ...recordSteps, ...recordSteps], {
    maxCommands: 40,
    size: 'max',
  });
  await assert(
    asyncProperty(creation, creation, steps, async (first, second, others) => {
      const project = await startProject();
      await asyncModelRun(() => project, [first, second, ...others]);
    }),
    { numRuns: RUNS, ...(seed !== undefined && { seed: Number(seed) }) },
  );
});
