import { type DestinationStream, type Logger, type LevelWithSilent, pino } from 'pino';

/**
 * Creates the service's log: lines of JSON. No line contains a token, a body, a query or a header: a request is described
 * only by its method and path.
 */
export function createServiceLog(level: LevelWithSilent, destination: DestinationStream): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { req: describeRequest },
      redact: { paths: REDACTED, censor: '[redacted]' },
    },
    destination,
  );
}

function describeRequest(request: { readonly method?: string; readonly url?: string }) {
  return { method: request.method, path: request.url?.replace(/\?.*$/s, '') };
}

const REDACTED = [
  'token',
  'password',
  'authorization',
  'body',
  'headers',
  '*.token',
  '*.password',
  '*.authorization',
  '*.body',
  '*.headers',
];
