import type { QueueDepth } from '../runtime/queue-depth.ts';
import { clientNetwork } from './client-network.ts';
import { type LoginAttempt, LoginLimits } from './login-limits.ts';
import { LoginTurns } from './login-turns.ts';
import type { Passwords } from './passwords.ts';

/** A stored user. Without a password, the user cannot log in with one. */
interface WithPassword {
  readonly password_hash: string | null;
}

/** Checks the passwords of logins. All realms share the limits of an address. */
export class PasswordLogins {
  readonly #passwords: Passwords;
  readonly #limits = new LoginLimits();
  readonly #turns = new LoginTurns();

  constructor(passwords: Passwords) {
    this.#passwords = passwords;
  }

  get depth(): QueueDepth {
    return this.#turns.depth;
  }

  /**
   * Returns the user if the password is correct. A wrong password and an unknown user give the same error after the same work
   * and the same delays.
   * @param login `find` returns the user with this name; `signal` aborts when the client disconnects.
   * @throws RowhouseError `invalid_credentials`, `rate_limited`, `unavailable`.
   */
  async verify<User extends WithPassword>(
    attempt: LoginAttempt,
    login: {
      readonly password: string;
      readonly find: () => Promise<User | undefined>;
      readonly signal: AbortSignal;
    },
  ): Promise<User> {
    const limits = this.#limits;
    limits.require(attempt);
    const { signal } = login;
    const turn = { network: clientNetwork(attempt.address), delays: limits.delays(attempt), signal };
    return this.#turns.use(turn, async () => {
      limits.count(attempt);
      const user = await login.find();
      const matches = await this.#passwords.matches(login.password, user?.password_hash ?? null);
      if (user === undefined || !matches) throw limits.failure(attempt);
      limits.succeed(attempt);
      return user;
    });
  }

  /** Rejects all logins that wait, and refuses new ones. */
  close(): void {
    this.#turns.close();
  }
}
