import { type Fault, invalidInput, SubjectError, within } from '../../../core/subject-error.ts';
import type { Query } from '../../project-queries.ts';
import { bindSqliteValue } from '../values/bind-value.ts';
import type { SqliteValue } from '../values/record-value.ts';

/** Parameters as Node binds them: named ones by name, the others by position. */
export interface BoundParameters {
  readonly named: Readonly<Record<string, SqliteValue>>;
  readonly anonymous: readonly SqliteValue[];
}

/**
 * The values for the parameters of a statement, whose names are in order of their numbers; a parameter without a name is null.
 * @throws SubjectError `validation_failed` if the values do not match the parameters.
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

function missing(parameters: readonly (string | null)[]): SubjectError {
  const names = parameters.filter((name) => name !== null);
  if (names.length === 0) return invalidInput([], `must be an array of ${countOf(parameters.length)}`);
  if (names.length < parameters.length) {
    return invalidInput([], 'cannot be given to a statement that has both ? and named parameters');
  }
  return invalidInput([], `must be an object with values for ${names.join(', ')}`);
}

function bindList(parameters: readonly (string | null)[], given: readonly unknown[]): readonly SqliteValue[] {
  if (parameters.some((name) => name !== null)) throw missing(parameters);
  if (given.length !== parameters.length) {
    throw invalidInput([], `must be an array of ${countOf(parameters.length)}; it has ${given.length}`);
  }
  return given.map((value, index) => within([index], () => bindSqliteValue(value, 'any')));
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
  const faults: Fault[] = [
    ...entries
      .filter(({ matching }) => matching.length === 0)
      .map(({ key }) => ({ subject: [key], message: 'is not a parameter of the statement' })),
    ...names
      .filter((name) => !entries.some(({ matching }) => matching.includes(name)))
      .map((name) => ({ subject: [name.slice(1)], message: 'is required by the statement' })),
    ...names
      .filter((name) => entries.filter(({ matching }) => matching.includes(name)).length > 1)
      .map((name) => ({ subject: [name.slice(1)], message: `is given twice: also as ${name}` })),
  ];
  if (faults.length > 0) throw new SubjectError('validation_failed', faults);
  const bound = entries.flatMap(({ key, matching, value }) => {
    return matching.map((name) => [name, within([key], () => bindSqliteValue(value, 'any'))]);
  });
  return Object.fromEntries(bound);
}

function countOf(number: number): string {
  return number === 1 ? '1 value' : `${number} values`;
}
