import { createApp } from '../packages/server/src/app.ts';
import { composeService } from '../packages/server/src/compose.ts';
import { readConfig } from '../packages/server/src/core/config.ts';
import { createServiceLog } from '../packages/server/src/http/observability/service-log.ts';

/** The service of `rowhouse start` without the request log, for comparison. */
const config = readConfig(process.env);
const log = createServiceLog(config.logLevel, process.stderr);
const service = await composeService(config, log);
await service.adminToken.adopt(config.adminToken);
const app = createApp({ ...service, calls: {} }, { config, log });
const address = await app.listen({ host: config.host, port: config.port });
process.stdout.write(`ready at ${address}\n`);
process.once('SIGTERM', () => {
  void app.close().then(() => service.close());
});
