import { RowhouseError } from '../core/errors.ts';
import { sentenceOf, type Subject, SubjectError } from '../core/subject-error.ts';

/** The field in which a request has a part of an operation's input. */
export type FieldOf = (subject: Subject) => string;

/** Rejects as the operation does, and names the fields at fault as the request has them. */
export async function withFields<Result>(operation: Promise<Result>, fieldOf: FieldOf): Promise<Result> {
  try {
    return await operation;
  } catch (error) {
    throw error instanceof SubjectError ? inFields(error, fieldOf) : error;
  }
}

/** The error as a client reads it. What the path names may be `not_found`; a body or a query that names it is not valid. */
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

/** By the name of a part of the input, the field that has it, if it is called otherwise. */
export type FieldNames = Readonly<Record<string, string>>;

/** The field of a part of what `root` has: `fieldAt('body', ['rows', 3, 'age'])` is `body.rows[3].age`. */
export function fieldAt(root: string, path: Subject, names: FieldNames = {}): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    return `.${Object.hasOwn(names, step) ? names[step] : step}`;
  });
  return root + steps.join('');
}

/** Finds the field by the first step of the subject: `fields` has, for each part of the input, where it is. */
export function fieldsOf<Part extends string>(fields: Readonly<Record<Part, FieldOf>>): FieldOf {
  return ([part, ...path]) => {
    const [, fieldOf] = Object.entries<FieldOf>(fields).find(([name]) => name === part) ?? [];
    if (fieldOf === undefined) throw new Error(`no field of the request is known for ${part}`);
    return fieldOf(path);
  };
}
