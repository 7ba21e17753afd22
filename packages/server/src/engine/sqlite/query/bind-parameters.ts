import { type ErrorDetail, invalidField, RowhouseError } from '../../../core/errors.ts';
import type { Query } from '../../project-queries.ts';
import { bindValue } from '../values/bind-value.ts';
import type { SqliteValue } from '../values/record-value.ts';

const FIELD = 'body.params';

/** As Node binds them: those with a name by it, the others in the order of their numbers. */
export interface BoundParameters {
  readonly named: Readonly<Record<string, SqliteValue>>;
  readonly anonymous: readonly SqliteValue[];
}

/**
 * The values for the parameters of a statement, which are in the order of their numbers; one without a name is null.
 * @throws RowhouseError `validation_failed`, where they are not just those that the statement has.
 */
export function bindParameters(
  parameters: readonly (string | null)[],
  given: Query['parameters'],
): BoundParameters {
  if (given === null && parameters.length > 0) throw missing(parameters);
  if (given === null) return { named: {}, anonymous: [] };
  return isList(given)
    ? { named: {}, anonymous: bindList(parameters, given) }
    : { named: bindObject(parameters, given), anonymous: [] };
}

function isList(given: NonNullable<Query['parameters']>): given is readonly unknown[] {
  return Array.isArray(given);
}

function missing(parameters: readonly (string | null)[]): RowhouseError {
  const names = parameters.filter((name) => name !== null);
  if (names.length === 0) return invalidField(FIELD, `must be an array of ${countOf(parameters.length)}`);
  if (names.length < parameters.length) {
    return invalidField(FIELD, 'cannot be given to a statement that has both ? and named parameters');
  }
  return invalidField(FIELD, `must be an object with values for ${names.join(', ')}`);
}

function bindList(parameters: readonly (string | null)[], given: readonly unknown[]): readonly SqliteValue[] {
  if (parameters.some((name) => name !== null)) throw missing(parameters);
  if (given.length !== parameters.length) {
    throw invalidField(FIELD, `must be an array of ${countOf(parameters.length)}; it has ${given.length}`);
  }
  return given.map((value, index) => bindValue(value, 'any', `${FIELD}[${index}]`));
}

function bindObject(
  parameters: readonly (string | null)[],
  given: Readonly<Record<string, unknown>>,
): BoundParameters['named'] {
  const names = parameters.filter((name) => name !== null);
  if (names.length < parameters.length) throw missing(parameters);
  const entries = Object.entries(given).map(([key, value]) => {
    const matching = names.filter((name) => name === key || name.slice(1) === key);
    return { key, matching, value };
  });
  const details: ErrorDetail[] = [
    ...entries
      .filter(({ matching }) => matching.length === 0)
      .map(({ key }) => ({ field: `${FIELD}.${key}`, message: 'is not a parameter of the statement' })),
    ...names
      .filter((name) => !entries.some(({ matching }) => matching.includes(name)))
      .map((name) => ({ field: `${FIELD}.${name.slice(1)}`, message: 'is required by the statement' })),
    ...names
      .filter((name) => entries.filter(({ matching }) => matching.includes(name)).length > 1)
      .map((name) => ({ field: `${FIELD}.${name.slice(1)}`, message: `is given twice: also as ${name}` })),
  ];
  if (details.length > 0) throw invalidParameters(details);
  const bound = entries.flatMap(({ key, matching, value }) => {
    return matching.map((name) => [name, bindValue(value, 'any', `${FIELD}.${key}`)]);
  });
  return Object.fromEntries(bound);
}

function invalidParameters(details: readonly ErrorDetail[]): RowhouseError {
  const message = details.map((detail) => `${detail.field} ${detail.message}`).join('; ');
  return new RowhouseError('validation_failed', `${message}.`, { details });
}

function countOf(number: number): string {
  return number === 1 ? '1 value' : `${number} values`;
}
