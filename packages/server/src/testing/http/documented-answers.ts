import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

import type { OpenApiDocument } from '../../openapi/document.ts';

/** An answer to a request of an operation, as it came over the wire. */
export interface ReceivedAnswer {
  /** In lower case, as the document has it. */
  readonly method: string;
  readonly path: string;
  readonly status: number;
  /** Null where it was no JSON. */
  readonly json: unknown;
}

/** Says of an answer what the document does not: null where it is as documented. */
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

/** Where the schema of the answer stands; null for a status that is not in the document. */
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

/** RFC 6901, section 6: in a URI. */
function pointerTo(steps: readonly string[]): string {
  return steps
    .map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('');
}
