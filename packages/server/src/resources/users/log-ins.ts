import { invalidCredentials } from '../../http/access/authentication.ts';
import { LoginLimits } from './login-limits.ts';
import { type PasswordCost, Passwords } from './passwords.ts';

export interface LogInAttempt {
  /** What the username belongs to: `project <slug>`, or `accounts`. */
  readonly realm: string;
  readonly username: string;
  readonly password: string;
  /** The remote address of the request. */
  readonly address: string;
}

/** A user who may log in. */
export interface KnownUser {
  /** Null if the user cannot log in with a password. */
  readonly password_hash: string | null;
}

/** Checks the passwords of people who log in, within limits for each name and address. */
export class LogIns {
  readonly passwords: Passwords;
  readonly #limits = new LoginLimits();

  /** @param cost of new hashes; the default is that of `Passwords`. */
  constructor(cost?: PasswordCost) {
    this.passwords = new Passwords(cost);
  }

  /**
   * Returns the user if the password is right. A wrong password and an unknown user give the same error after the same work.
   * @param find looks up the user of the attempt, with the username in Unicode NFC.
   * @throws RowhouseError `invalid_credentials`, `rate_limited`.
   */
  async check<User extends KnownUser>(
    attempt: LogInAttempt,
    find: (username: string) => Promise<User | undefined>,
  ): Promise<User> {
    const username = attempt.username.normalize('NFC');
    const counted = { projectSlug: attempt.realm, username, address: attempt.address };
    this.#limits.require(counted);
    const user = await find(username);
    const isRight = await this.passwords.matches(attempt.password, user?.password_hash ?? null, () =>
      this.#limits.count(counted),
    );
    if (user === undefined || !isRight) throw invalidCredentials();
    this.#limits.forget(counted);
    return user;
  }
}
