import { benchmarkDataExport } from './data-export.ts';
import { benchmarkExactlyOnce } from './exactly-once.ts';
import { benchmarkQueryIsolation } from './query-isolation.ts';
import { benchmarkRecords } from './records/records.ts';
import { benchmarkRequestLog } from './request-log.ts';
import { benchmarkSchemaExport } from './schema-export.ts';
import { benchmarkSlowClients } from './slow-clients/slow-clients.ts';

/** Runs every benchmark, or those named on the command line, each together with what it is compared with. */
const benchmarks: Readonly<Record<string, () => Promise<void>>> = {
  'data-export': benchmarkDataExport,
  'exactly-once': benchmarkExactlyOnce,
  'query-isolation': benchmarkQueryIsolation,
  records: benchmarkRecords,
  'request-log': benchmarkRequestLog,
  'schema-export': benchmarkSchemaExport,
  'slow-clients': benchmarkSlowClients,
};

const requested = process.argv.slice(2);
for (const name of requested.length === 0 ? Object.keys(benchmarks) : requested) {
  const benchmark = benchmarks[name];
  if (benchmark === undefined) throw new Error(`${name} is none of ${Object.keys(benchmarks).join(', ')}`);
  console.log(`\n# ${name}\n`);
  await benchmark();
}
