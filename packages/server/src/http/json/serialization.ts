import { Ajv, type ValidateFunction } from 'ajv';
import type { FastifySerializerCompiler } from 'fastify';

import { RenderedJson } from './rendered-json.ts';

/**
 * Writes answers exactly as the handlers create them. The declared schema is the contract and the type, not a filter that
 * would silently drop keys. With `check`, which tests use, an answer that does not match its schema fails.
 */
export function createSerializerCompiler(options: {
  readonly check: boolean;
}): FastifySerializerCompiler<object> {
  if (!options.check) return () => toText;
  const ajv = new Ajv({ allErrors: true, strict: false, validateSchema: false });
  return ({ schema, method, url }) => {
    // Not before the first answer, as a test has answers of few of the routes.
    let compiled: ValidateFunction | undefined;
    return (data) => {
      const validate = (compiled ??= ajv.compile(schema));
      const text = toText(data);
      if (!validate(JSON.parse(text))) {
        throw new Error(
          `${method} ${url} answered with data that does not match its schema: ${ajv.errorsText(validate.errors)}`,
        );
      }
      return text;
    };
  };
}

function toText(data: unknown): string {
  return data instanceof RenderedJson ? data.text : JSON.stringify(data);
}
