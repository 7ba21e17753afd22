import { Ajv } from 'ajv';
import type { FastifySerializerCompiler } from 'fastify';

/**
 * Answers are written as the handlers made them: the declared schema is the contract and the type, never a filter that
 * would drop a key in silence. Tests turn `check` on, and an answer that its schema does not describe then fails.
 */
export function createSerializerCompiler(options: {
  readonly check: boolean;
}): FastifySerializerCompiler<object> {
  if (!options.check) return () => (data) => JSON.stringify(data);
  const ajv = new Ajv({ allErrors: true, strict: false });
  return ({ schema, method, url }) => {
    const validate = ajv.compile(schema);
    return (data) => {
      if (!validate(data)) {
        throw new Error(
          `${method} ${url} answered what its schema does not say: ${ajv.errorsText(validate.errors)}`,
        );
      }
      return JSON.stringify(data);
    };
  };
}
