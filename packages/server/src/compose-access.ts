import type { Catalog } from './catalog/catalog.ts';
import type { Authenticator } from './http/access/authentication.ts';
import type { PasswordCost } from './passwords/password-hash.ts';
import { PasswordLogins } from './passwords/password-logins.ts';
import { Passwords } from './passwords/passwords.ts';
import { AccountUsers } from './resources/accounts/account-users.ts';
import { Accounts } from './resources/accounts/accounts.ts';
import { Audit } from './resources/audit/audit.ts';
import { Sessions } from './resources/sessions/sessions.ts';
import { SignIns } from './resources/sessions/sign-ins.ts';
import { AdminToken } from './resources/tokens/admin-token.ts';
import { Tokens } from './resources/tokens/tokens.ts';
import { ProjectUsers } from './resources/users/project-users.ts';
import { Users } from './resources/users/users.ts';

/** The parts of the service that say who may do what. */
export interface Access {
  readonly tokens: Tokens;
  readonly adminToken: AdminToken;
  readonly users: Users;
  readonly projectUsers: ProjectUsers;
  readonly accounts: Accounts;
  readonly accountUsers: AccountUsers;
  readonly sessions: Sessions;
  readonly signIns: SignIns;
  readonly audit: Audit;
  /** Authenticates the requests of the HTTP server. */
  readonly authenticator: Authenticator;
}

/** A change of an account or a user clears the caches of credentials. */
export function composeAccess(
  catalog: Catalog,
  {
    passwordCost,
    onThreadCrash,
  }: {
    readonly passwordCost: PasswordCost | undefined;
    readonly onThreadCrash: (error: Error) => void;
  },
): Access & { readonly logins: PasswordLogins; readonly closeLogins: () => Promise<void> } {
  const adminToken = new AdminToken(catalog);
  const tokens = new Tokens(catalog, adminToken);
  const sessions = new Sessions(catalog);
  const passwords = new Passwords({ cost: passwordCost, onThreadCrash });
  const logins = new PasswordLogins(passwords);
  const users = new Users({ catalog, tokens, passwords, logins });
  const onAccountChanged = (accountId: number) => {
    tokens.forgetAccount(accountId);
    sessions.forgetAll();
  };
  const onProjectChanged = (projectId: number) => {
    tokens.forgetProject(projectId);
    sessions.forgetAll();
  };
  return {
    adminToken,
    tokens,
    sessions,
    users,
    authenticator: {
      authenticate: (presented) => tokens.authenticate(presented),
      authenticateSession: (sha256) => sessions.authenticateSession(sha256),
    },
    accounts: new Accounts({ catalog, onChanged: onAccountChanged }),
    accountUsers: new AccountUsers({ catalog, passwords, onChanged: onAccountChanged }),
    projectUsers: new ProjectUsers({ catalog, passwords, onChanged: onProjectChanged }),
    signIns: new SignIns({ catalog, sessions, users, passwords, logins }),
    audit: new Audit(catalog),
    logins,
    closeLogins: async () => {
      logins.close();
      await passwords.close();
    },
  };
}
