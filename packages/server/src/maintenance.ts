import type { FastifyBaseLogger } from 'fastify';

import type { Config } from './core/config.ts';
import type { Audit } from './resources/audit/audit.ts';
import type { Exports } from './resources/exports/exports.ts';
import type { ExportReconciler } from './resources/exports/jobs/export-reconciler.ts';
import type { Sessions } from './resources/sessions/sessions.ts';
import type { Tokens } from './resources/tokens/tokens.ts';

const USE_RECORDING_INTERVAL_MS = 30_000;
const TOKEN_SWEEP_INTERVAL_MS = 600_000;
const EXPORT_SWEEP_INTERVAL_MS = 30_000;

/**
 * Starts the periodic work: records the use of tokens and the downloads of exports, and removes what has expired. `stop` waits
 * for a sweep that is under way, then records once more.
 */
export function startMaintenance({
  tokens,
  sessions,
  audit,
  exports,
  reconciler,
  config,
  log,
}: {
  readonly tokens: Tokens;
  readonly sessions: Sessions;
  readonly audit: Audit;
  readonly exports: Exports;
  readonly reconciler: ExportReconciler;
  readonly config: Config;
  readonly log: FastifyBaseLogger;
}): { readonly stop: () => Promise<void> } {
  const logFailure = (what: string) => (err: unknown) => log.error({ err }, what);
  const record = async () => {
    await tokens.recordUse().catch(logFailure('Recording the use of tokens failed.'));
    await sessions.recordUse().catch(logFailure('Recording the use of sessions failed.'));
    await exports.recordDownloads().catch(logFailure('Recording the downloads of exports failed.'));
  };
  const sweep = async () => {
    await tokens.sweep(config.tokenKeptDays).catch(logFailure('Removing old tokens failed.'));
    await sessions.sweep().catch(logFailure('Removing old sessions failed.'));
    await audit.sweep(config.auditDays).catch(logFailure('Removing old events of the audit trail failed.'));
  };
  let exportsSwept = Promise.resolve();
  const sweepExports = () => {
    exportsSwept = exportsSwept
      .then(() => reconciler.sweep())
      .catch(logFailure('Removing old exports failed.'));
  };
  const swept = sweep();
  const timers = [
    setInterval(() => void record(), USE_RECORDING_INTERVAL_MS),
    setInterval(() => void sweep(), TOKEN_SWEEP_INTERVAL_MS),
    setInterval(sweepExports, EXPORT_SWEEP_INTERVAL_MS),
  ];
  for (const timer of timers) timer.unref();
  return {
    stop: async () => {
      for (const timer of timers) clearInterval(timer);
      // A sweep that ran on would take a cancelled export for an expired one.
      await Promise.all([swept, exportsSwept]);
      await record();
    },
  };
}
