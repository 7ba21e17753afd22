import { ours } from './contract.ts';
import type { CallOptions, TestedService } from './tested-service.ts';

/** In place of a value: the field is missing. */
export const MISSING = Symbol('missing');

interface ValidRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
  readonly options?: CallOptions;
}

/**
 * Sends each wrong value in its place of an otherwise valid request and requires `validation_failed` with exactly that field. A field has
 * the form of `error.details`: `body.columns[0].column_name`, `query.limit`.
 */
export function refusesEach(
  { refuse }: TestedService,
  { method, path, body, options }: ValidRequest,
  wrong: Readonly<Record<string, readonly unknown[]>>,
): void {
  for (const [field, values] of Object.entries(wrong)) {
    ours(`${field} is not ${values.map(shortened).join(', ')}`, async () => {
      const [part, ...steps] = field.split(/[.[\]]+/).filter((step) => step !== '');
      for (const value of values) {
        const inQuery = part === 'query';
        const target = inQuery
          ? `${path}${path.includes('?') ? '&' : '?'}${steps.join('')}=${encoded(value)}`
          : path;
        const sent = inQuery ? body : replaced(body ?? {}, steps, value);
        await refuse('validation_failed', method, target, sent, { ...options, fields: [field] });
      }
    });
  }
}

function encoded(value: unknown): string {
  return encodeURIComponent(typeof value === 'string' ? value : JSON.stringify(value));
}

function replaced(body: unknown, [step, ...deeper]: readonly string[], value: unknown): unknown {
  if (step === undefined) return value;
  if (Array.isArray(body)) {
    return body.map((item, index) => (String(index) === step ? replaced(item, deeper, value) : item));
  }
  const entries = new Map(Object.entries(body ?? {}));
  const inner = replaced(entries.get(step), deeper, value);
  if (inner === MISSING) entries.delete(step);
  else entries.set(step, inner);
  return Object.fromEntries(entries);
}

function shortened(value: unknown): string {
  if (value === MISSING) return 'left out';
  const text = JSON.stringify(value);
  return text.length > 30 ? `${text.slice(0, 20)}… (${text.length} characters)` : text;
}
