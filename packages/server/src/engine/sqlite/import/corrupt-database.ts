import { SubjectError } from '../../../core/subject-error.ts';

/** The error for an uploaded file that is not a sound SQLite database. */
export function corruptDatabase(summary: string): SubjectError {
  const fault = { subject: ['uploadPath'], message: 'must be a valid SQLite database file' };
  return new SubjectError('validation_failed', [fault], { summary });
}
