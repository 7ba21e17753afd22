import type { Credential } from '../../core/credential.ts';

export interface CachedCredential {
  readonly credential: Credential;
  /** In milliseconds since 1970, or null for one that never expires. */
  readonly expiresAtMs: number | null;
}

/** The one unused for longest makes room. */
const MAX_CACHED_CREDENTIALS = 10_000;

/** Credentials kept in memory, so that a request costs no look-up. */
export class CredentialCache {
  /** By hash, the one unused for longest first. */
  readonly #bySha256 = new Map<string, CachedCredential>();
  /** Rises when tokens become invalid, so that a look-up begun before does not bring one back. */
  #generation = 0;

  async find(
    sha256: string,
    lookUp: () => Promise<CachedCredential | null>,
  ): Promise<CachedCredential | null> {
    const generation = this.#generation;
    const found = this.#bySha256.get(sha256) ?? (await lookUp());
    if (found !== null && generation === this.#generation) this.#remember(sha256, found);
    return found;
  }

  /** From now on, each token of the project's is looked up anew. */
  forgetProject(projectId: number): void {
    this.#generation++;
    for (const [sha256, { credential }] of this.#bySha256) {
      if (credential.kind === 'project_token' && credential.projectId === projectId)
        this.#bySha256.delete(sha256);
    }
  }

  #remember(sha256: string, found: CachedCredential): void {
    this.#bySha256.delete(sha256);
    this.#bySha256.set(sha256, found);
    if (this.#bySha256.size <= MAX_CACHED_CREDENTIALS) return;
    const [oldest] = this.#bySha256.keys();
    if (oldest !== undefined) this.#bySha256.delete(oldest);
  }
}
