import { RowhouseError } from '../core/errors.ts';
import { sentenceOf, type Subject, SubjectError } from '../core/subject-error.ts';

/** Returns the field of the request that holds a part of an operation's input. */
export type FieldOf = (subject: Subject) => string;

/** Awaits the operation. A `SubjectError` is rejected as an error that names the fields of the request. */
export async function withFields<Result>(operation: Promise<Result>, fieldOf: FieldOf): Promise<Result> {
  try {
    return await operation;
  } catch (error) {
    throw error instanceof SubjectError ? inFields(error, fieldOf) : error;
  }
}

/** Returns the error for the client. An object named in the path is `not_found`; one named in the body or the query is `validation_failed`. */
export function inFields(error: SubjectError, fieldOf: FieldOf): RowhouseError {
  const { code, faults, summary, cause, retryAfterSeconds } = error;
  const details = faults.map(({ subject, message }) => ({ field: fieldOf(subject), message }));
  if (code !== 'not_found') {
    return new RowhouseError(code, summary ?? sentenceOf(details), { details, cause, retryAfterSeconds });
  }
  return details.every(({ field }) => field.startsWith('path.'))
    ? new RowhouseError(code, error.message, { cause })
    : new RowhouseError('validation_failed', sentenceOf(details), { details, cause });
}

/** The field names of the parts of the input whose field has another name. */
export type FieldNames = Readonly<Record<string, string>>;

/** Returns a path below `root` as a field: `fieldAt('body', ['rows', 3, 'age'])` is `body.rows[3].age`. */
export function fieldAt(root: string, path: Subject, names: FieldNames = {}): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return `.${Object.hasOwn(names, step) ? names[step] : step}`;
  });
  return root + steps.join('');
}

/** Maps subjects by their first step: `fields` has the mapping of each part of the input. */
export function fieldsOf<Part extends string>(fields: Readonly<Record<Part, FieldOf>>): FieldOf {
  return ([part, ...path]) => {
    const [, fieldOf] = Object.entries<FieldOf>(fields).find(([name]) => name === part) ?? [];
    if (fieldOf === undefined) throw new Error(`no field of the request is known for ${part}`);
    return fieldOf(path);
  };
}
