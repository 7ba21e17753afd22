import { createApp, metricsOf } from '../app.ts';
import { OWNER_ACCOUNT_ID, OWNER_USER_ID } from '../catalog/tables.ts';
import { composeService, type Service } from '../compose.ts';
import { type Config, ConfigError, readConfig, unknownVariables } from '../core/config.ts';
import { THE_SERVICE } from '../core/requester.ts';
import type { HttpServer } from '../http/http-server.ts';
import { createServiceLog } from '../http/observability/service-log.ts';
import { listenForMetrics, type MetricsListener } from '../resources/metrics/metrics-listener.ts';
import type { Metrics } from '../resources/metrics/metrics.ts';
import { sampleProject } from '../resources/projects/sample-project.ts';
import { parseArguments } from './arguments.ts';
import { UsageError } from './usage-error.ts';
import { type FirstSecrets, welcome } from './welcome.ts';

/** How long requests in flight may take to finish after the signal to stop, in milliseconds. */
const SHUTDOWN_GRACE_MS = 10_000;

/** `rowhouse start`: serves until SIGTERM or SIGINT. */
export async function startCommand(
  words: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): Promise<number> {
  const { positionals } = parseArguments(words, {});
  if (positionals.length > 0)
    throw new UsageError('start takes no arguments; set environment variables instead');
  const config = readConfig(environment);
  const log = createServiceLog(config.logLevel, process.stderr);
  for (const variable of unknownVariables(environment)) log.warn({ variable }, 'unknown setting');
  const stopped = stopSignal();
  const service = await composeService(config, log);
  try {
    const adopted = await service.adminToken.adopt(config.adminToken);
    if (adopted === 'refused') {
      log.error('ROWHOUSE_ADMIN_TOKEN holds an admin token that was replaced, and is ignored: remove it');
    }
    const metrics = metricsOf(service);
    const app = createApp(service, { config, log, metrics });
    // Listens before any secret is created: a secret that is stored but not shown would be lost. The service is not ready until then.
    const address = await listen(app, config);
    const metricsListener = await listenOnMetricsPort(metrics, config, app);
    try {
      process.stdout.write(
        welcome(
          config.publicUrl ?? address,
          await firstSecrets(service, config, { hasAdminToken: adopted !== 'absent' }),
        ),
      );
      await service.markStarted();
      log.info({ signal: await stopped }, 'stopping');
    } finally {
      await stopServing(app);
      // Closed last, so the metrics show the shutdown too.
      await metricsListener?.close();
    }
  } finally {
    await service.close();
  }
  return 0;
}

/**
 * On an empty data folder, creates the sample project and the admin token. The admin token comes last, because nothing else
 * can replace it.
 */
async function firstSecrets(
  service: Service,
  config: Config,
  { hasAdminToken }: { readonly hasAdminToken: boolean },
): Promise<FirstSecrets> {
  const { rows: projects } = await service.projects.list({ accountId: null, limit: 1, offset: 0 });
  const isNew = await service.isNew();
  const wanted = config.sampleProject === 'on' && projects.length === 0 && isNew;
  const requested = { ...sampleProject, accountId: null, by: THE_SERVICE };
  const sample = wanted ? (await service.projects.create(requested, null)).result : null;
  return {
    signInCode: isNew ? await ownerSignInCode(service) : null,
    sampleProject: sample === null ? null : { slug: sample.row.project_slug, token: sample.token.secret },
    adminToken: hasAdminToken ? null : (await service.adminToken.create()).secret,
  };
}

/** The code of a link that signs the server's owner in once. */
async function ownerSignInCode({ accountUsers }: Service): Promise<string> {
  const link = accountUsers.createSignInLink(OWNER_ACCOUNT_ID, OWNER_USER_ID, THE_SERVICE, null);
  return (await link).result.code;
}

async function listen(app: HttpServer, { host, port }: Config): Promise<string> {
  // Fastify would open a second server for the other address of that name, without our limits.
  const one = host === 'localhost' ? '127.0.0.1' : host;
  return unlessTaken(app.listen({ host: one, port }), `${host}:${port}`, 'ROWHOUSE_PORT');
}

/** Returns null if no second port is set. */
async function listenOnMetricsPort(
  metrics: Metrics,
  { metricsHost: host, metricsPort: port }: Config,
  app: HttpServer,
): Promise<MetricsListener | null> {
  if (port === null) return null;
  try {
    const onError = (err: unknown) => app.log.error({ err }, 'the metrics could not be read');
    const listening = listenForMetrics(metrics, { host, port, onError });
    const listener = await unlessTaken(listening, `${host}:${port}`, 'ROWHOUSE_METRICS_PORT');
    app.log.info({ url: listener.url }, 'serving metrics');
    return listener;
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** @throws ConfigError if another program uses the address. */
async function unlessTaken<T>(listening: Promise<T>, address: string, variable: string): Promise<T> {
  try {
    return await listening;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EADDRINUSE') {
      throw new ConfigError(`${address} is in use by another program; set ${variable} to another port`);
    }
    throw error;
  }
}

/** Waits for requests in flight to finish, then cuts the rest. */
async function stopServing(app: HttpServer): Promise<void> {
  const cut = setTimeout(() => app.server.closeAllConnections(), SHUTDOWN_GRACE_MS);
  await app.close();
  clearTimeout(cut);
}

function stopSignal(): Promise<NodeJS.Signals> {
  return new Promise((resolve) => {
    process.once('SIGTERM', resolve);
    process.once('SIGINT', resolve);
  });
}
