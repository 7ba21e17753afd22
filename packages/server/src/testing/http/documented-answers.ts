import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

import type { OpenApiDocument } from '../../openapi/document.ts';

/** A received answer to a request of an operation. */
export interface ReceivedAnswer {
  /** In lower case, as in the document. */
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Null if it is not JSON. */
  readonly json: unknown;
}

/** Returns how an answer differs from the document, or null. */
export function answerChecker(document: OpenApiDocument): (answer: ReceivedAnswer) => string | null {
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  ajv.addSchema(document, DOCUMENT);
  const compiled = new Map<string, ValidateFunction>();
  return ({ method, path, status, json }) => {
    const pointer = mediaPointer(document, { method, path, status });
    if (pointer === null) return `${method} ${path} may not answer ${status}`;
    if (pointer === NO_JSON) return null;
    const validate = compiled.get(pointer) ?? ajv.compile({ $ref: `${DOCUMENT}#${pointer}` });
    compiled.set(pointer, validate);
    return validate(json) ? null : `${method} ${path} ${status}: ${ajv.errorsText(validate.errors)}`;
  };
}

const DOCUMENT = 'openapi';
const NO_JSON = '';

/** The pointer to the schema of the answer; null for a status that the document lacks. */
function mediaPointer(
  document: OpenApiDocument,
  { method, path, status }: Pick<ReceivedAnswer, 'method' | 'path' | 'status'>,
): string | null {
  const responses = document.paths[path]?.[method]?.responses ?? {};
  const key = String(status) in responses ? String(status) : 'default';
  if (key === 'default' && status < 400) return null;
  const response = responses[key];
  const reference = response?.['$ref'];
  if (typeof reference === 'string') return jsonIn(reference.slice(1));
  const content = response?.['content'];
  const isJson = typeof content === 'object' && content !== null && 'application/json' in content;
  return isJson ? jsonIn(pointerTo(['paths', path, method, 'responses', key])) : NO_JSON;
}

function jsonIn(response: string): string {
  return `${response}${pointerTo(['content', 'application/json', 'schema'])}`;
}

/** A JSON pointer as a URI fragment. RFC 6901, section 6. */
function pointerTo(steps: readonly string[]): string {
  return steps
    .map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('');
}
