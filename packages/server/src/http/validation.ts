import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import type { FastifySchema, FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';

import { RowhouseError, type ErrorDetail } from '../core/errors.ts';
import { jsonNumberOf } from '../core/json-number.ts';
import { ALLOWED_KEYWORD, detailsOf } from './validation-details.ts';

export interface Validation {
  readonly compiler: FastifySchemaCompiler<TSchema>;
  /** Returns the error for a request that the compiled schemas refused. */
  readonly failureOf: (request: ValidatedRequest) => RowhouseError;
}

/** Fastify's request has these properties. */
export interface ValidatedRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly body?: unknown;
  readonly bodySizeBytes: number;
  readonly routeOptions: { readonly schema?: FastifySchema };
}

/**
 * Compiles the schemas of routes. A body is not converted: no value changes its type, and no unknown field is dropped. Paths
 * and queries are text, so numbers there are converted. A body is checked up to its first error. Only a small
 * body is checked again for the others: a large one could have millions of errors, each of which takes memory.
 *
 * With `lazily` a schema is compiled at its first request, and not held to the schema of schemas. For tests: most of a server's
 * start is that.
 */
export function createValidation({ lazily = false } = {}): Validation {
  const validateSchema = !lazily;
  const forBodies = ajv({ allErrors: false, coerceTypes: false, validateSchema });
  const forBodiesInFull = ajv({ allErrors: true, coerceTypes: false, validateSchema });
  const forText = ajv({ allErrors: true, coerceTypes: false, validateSchema });

  return {
    compiler: ({ schema, httpPart }) => {
      const compile = (): FastifyValidate =>
        httpPart === 'body' ? forBodies.compile(schema) : convertingNumbers(forText.compile(schema), schema);
      return lazily ? compilingLazily(compile) : compile();
    },
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

function compilingLazily(compile: () => FastifyValidate): FastifyValidate {
  let compiled: FastifyValidate | undefined;
  const validate: FastifyValidate = (value: unknown) => {
    compiled ??= compile();
    const valid = compiled(value);
    validate.errors = compiled.errors ?? null;
    return valid;
  };
  return validate;
}

/**
 * Converts the texts of a path or a query that must be integers, in place, and then validates. A number is spelled as in JSON; Ajv's own
 * conversion also reads `007`, `0x7` and `1e999`.
 */
function convertingNumbers(validate: ValidateFunction, schema: TSchema): FastifyValidate {
  const names = integersIn(schema);
  const converting: FastifyValidate = (value: unknown) => {
    const texts = value as Record<string, unknown>;
    for (const name of names) {
      const text = texts[name];
      if (typeof text === 'string') texts[name] = jsonNumberOf(text) ?? text;
    }
    const valid = validate(texts);
    converting.errors = validate.errors ?? null;
    return valid;
  };
  return converting;
}

function integersIn({ properties = {} }: ObjectSchema): readonly string[] {
  return Object.keys(properties).filter((name) => properties[name]?.type === 'integer');
}

interface ObjectSchema {
  readonly properties?: Readonly<Record<string, { readonly type?: unknown }>>;
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

/** Ajv compiles a schema object only once. */
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
