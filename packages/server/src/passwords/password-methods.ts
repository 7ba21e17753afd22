import type { PasswordCost } from './password-hash.ts';

/** The RPC methods of the thread of passwords. */
export type PasswordMethods = {
  /** Returns the scrypt hash, of 32 bytes. */
  readonly derive: {
    readonly input: { readonly password: string; readonly salt: Uint8Array; readonly cost: PasswordCost };
    readonly output: Uint8Array;
  };
  /** Returns whether the password is on the list of common passwords, which ignores case. */
  readonly isCommon: { readonly input: string; readonly output: boolean };
};
