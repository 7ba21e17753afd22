import type { Credential } from '../../core/credential.ts';

export interface CachedCredential {
  readonly credential: Credential;
  /** In milliseconds since 1970; null for no expiry. */
  readonly expiresAtMs: number | null;
}

/** Above this number, the least recently used credential is evicted. */
const MAX_CACHED_CREDENTIALS = 10_000;

/** Caches credentials, so a request needs no look-up. */
export class CredentialCache {
  /** By hash, the least recently used first. */
  readonly #bySha256 = new Map<string, CachedCredential>();
  /** Increases when tokens become invalid, so an earlier look-up does not cache them again. */
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

  /** Removes all tokens of the project, so each is looked up again. */
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
