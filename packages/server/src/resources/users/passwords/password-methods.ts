import type { PasswordCost } from './password-hash.ts';

/** The RPC methods of the thread of passwords. */
export type PasswordMethods = {
  /** Returns the scrypt hash, of 32 bytes. */
  readonly derive: {
    readonly input: { readonly password: string; readonly salt: Uint8Array; readonly cost: PasswordCost };
    readonly output: Uint8Array;
  };
};
