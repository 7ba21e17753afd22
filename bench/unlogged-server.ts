import { createApp } from '../server/src/app.ts';
import { readConfig } from '../server/src/config.ts';
import { createServiceLog } from '../server/src/http/observing/service-log.ts';
import { openService } from '../server/src/service.ts';

/** The service as `rowhouse start` serves it, but that nobody is told of its calls: what the log of requests is measured against. */
const config = readConfig(process.env);
const log = createServiceLog(config.logLevel, process.stderr);
const service = await openService(config, log);
await service.tokens.adoptAdminToken(config.adminToken);
const app = createApp({ ...service, calls: {} }, { config, log });
const address = await app.listen({ host: config.host, port: config.port });
process.stdout.write(`ready at ${address}\n`);
process.once('SIGTERM', () => {
  void app.close().then(() => service.close());
});
