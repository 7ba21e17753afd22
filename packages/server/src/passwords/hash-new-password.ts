import { invalidField } from '../core/errors.ts';
import { type GuessableWord, passwordFault } from './password-policy.ts';
import type { Passwords } from './passwords.ts';

/** A password that a user is to have. */
export interface NewPassword {
  readonly password: string;
  /** The account or the project that the user belongs to, such as `account 2`. */
  readonly owner: string;
  /** The field that the client sent it in, such as `body.initial_project_user.password`. */
  readonly field: string;
  readonly username: string;
  /** The slug of the project that the user belongs to; null for a person of an account. */
  readonly projectSlug: string | null;
}

/**
 * Returns the hash of a new password, if it may be used. The product's name is guessable everywhere.
 * @throws RowhouseError `validation_failed` with the field and what is allowed, and without the password; or like
 * `Passwords.hash`.
 */
export async function hashNewPassword(
  passwords: Passwords,
  { password, owner, field, username, projectSlug }: NewPassword,
): Promise<string> {
  const fault = passwordFault(password, guessableWords(username, projectSlug));
  if (fault !== null) throw invalidField(field, fault);
  if (await passwords.isCommon(password)) throw invalidField(field, 'must not be a common password');
  return passwords.hash(password, owner);
}

const PRODUCT: GuessableWord = { what: 'the name of this service', word: 'rowhouse' };

function guessableWords(username: string, projectSlug: string | null): readonly GuessableWord[] {
  const ofProject = projectSlug === null ? [] : [{ what: 'the slug of the project', word: projectSlug }];
  return [{ what: 'the username', word: username }, ...ofProject, PRODUCT];
}
