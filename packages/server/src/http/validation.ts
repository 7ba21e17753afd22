import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import type { FastifySchema, FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';

import { RowhouseError, type ErrorDetail } from '../core/errors.ts';
import { ALLOWED_KEYWORD, detailsOf } from './validation-details.ts';

export interface Validation {
  readonly compiler: FastifySchemaCompiler<TSchema>;
  /** The error for a request that the compiled schemas refused. */
  readonly failureOf: (request: ValidatedRequest) => RowhouseError;
}

/** Fastify's request fits. */
export interface ValidatedRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body?: unknown;
  readonly bodySizeBytes: number;
  readonly routeOptions: { readonly schema?: FastifySchema };
}

/**
 * Compiles the schemas of routes. A body is taken as it was written: no value is turned into another type, no unknown
 * field is dropped. Paths and queries are text, so there, and only there, a number may be written in digits.
 *
 * A body is checked up to its first fault, and read again for the others only when it is small: a large one could hold
 * millions of faults, and each would take memory.
 */
export function createValidation(): Validation {
  const forBodies = ajv({ allErrors: false, coerceTypes: false });
  const forBodiesInFull = ajv({ allErrors: true, coerceTypes: false });
  const forText = ajv({ allErrors: true, coerceTypes: true });

  return {
    compiler: ({ schema, httpPart }) =>
      httpPart === 'body' ? forBodies.compile(schema) : lookingTwice(forText.compile(schema)),
    failureOf: (request) => {
      const schema = request.routeOptions.schema ?? {};
      const small = request.bodySizeBytes <= IN_FULL_MAX_BYTES;
      return failure([
        ...faultsOf(forText, 'path', schema.params, request.params),
        ...faultsOf(forText, 'query', schema.querystring, request.query),
        ...faultsOf(small ? forBodiesInFull : forBodies, 'body', schema.body, request.body ?? null),
      ]);
    },
  };
}

/**
 * Ajv looks at the text before it makes a number of it, and so lets `1e999` through as an integer below every maximum. Whoever
 * looks again sees that it has become Infinity.
 */
function lookingTwice(validate: ValidateFunction): FastifyValidate {
  const twice: FastifyValidate = (value: unknown) => {
    const valid = validate(value) && validate(value);
    twice.errors = validate.errors ?? null;
    return valid;
  };
  return twice;
}

interface FastifyValidate {
  (value: unknown): boolean;
  errors?: ErrorObject[] | null;
}

const IN_FULL_MAX_BYTES = 65_536;
const MAX_DETAILS = 100;

function ajv(options: Options): Ajv {
  const instance = new Ajv({
    ...options,
    verbose: true,
    removeAdditional: false,
    useDefaults: true,
    allowUnionTypes: true,
    strictTypes: false,
    logger: false,
  });
  instance.addVocabulary([ALLOWED_KEYWORD]);
  return instance;
}

/** Ajv compiles one schema object once, however often it is asked. */
function faultsOf(instance: Ajv, part: string, schema: unknown, value: unknown): readonly ErrorDetail[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const validate = instance.compile(schema);
  return validate(value) ? [] : detailsOf(part, validate.errors ?? []);
}

function failure(details: readonly ErrorDetail[]): RowhouseError {
  const shown = details.slice(0, MAX_DETAILS);
  const message = shown
    .map((detail) => `${detail.field} ${detail.message}`)
    .slice(0, 3)
    .join('; ');
  const more = details.length > 3 ? `; and ${details.length - 3} more` : '';
  return new RowhouseError('validation_failed', `${message}${more}.`, { details: shown });
}
