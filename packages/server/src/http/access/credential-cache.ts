import { type Credential, isOfProject } from '../../core/credential.ts';
import { RowhouseError } from '../../core/errors.ts';
import { LruMap } from '../../runtime/lru-map.ts';

export interface CachedCredential {
  readonly credential: Credential;
  /** The account of the credential's project. */
  readonly accountId: number;
  /** In milliseconds since 1970; null for no expiry. */
  readonly expiresAtMs: number | null;
}

const MAX_CACHED_CREDENTIALS = 10_000;
/** A credential may name many tables. In characters of their names: at most 32 MiB. */
const MAX_CACHED_NAMES = 16_777_216;

/**
 * The maximum number of concurrent look-ups of credentials that are not cached, including invalid ones: a client that invents
 * tokens or sessions must not block the catalog.
 */
const MAX_LOOK_UPS = 1_000;

/** Caches credentials, so a request needs no look-up. */
export class CredentialCache {
  /** By hash. */
  readonly #bySha256 = new LruMap<string, CachedCredential>({
    capacity: MAX_CACHED_CREDENTIALS,
    weight: { max: MAX_CACHED_NAMES, of: namesOf },
  });
  /** Increases when tokens become invalid, so an earlier look-up does not cache them again. */
  #generation = 0;
  #lookingUp = 0;

  /** @throws RowhouseError `unavailable` if too many look-ups are running. */
  async find(
    sha256: string,
    lookUp: () => Promise<CachedCredential | null>,
  ): Promise<CachedCredential | null> {
    const cached = this.#bySha256.get(sha256);
    if (cached !== undefined) return cached;
    const generation = this.#generation;
    const found = await this.#limited(lookUp);
    if (found !== null && generation === this.#generation) this.#bySha256.set(sha256, found);
    return found;
  }

  /** Removes all credentials of the project, so each is looked up again. */
  forgetProject(projectId: number): void {
    this.#forgetWhere(({ credential }) => isOfProject(credential) && credential.projectId === projectId);
  }

  forgetAccount(accountId: number): void {
    this.#forgetWhere((cached) => cached.accountId === accountId);
  }

  clear(): void {
    this.#forgetWhere(() => true);
  }

  async #limited<T>(lookUp: () => Promise<T>): Promise<T> {
    if (this.#lookingUp >= MAX_LOOK_UPS) {
      throw new RowhouseError('unavailable', 'Too many tokens and sessions are being looked up.');
    }
    this.#lookingUp += 1;
    try {
      return await lookUp();
    } finally {
      this.#lookingUp -= 1;
    }
  }

  #forgetWhere(isForgotten: (cached: CachedCredential) => boolean): void {
    this.#generation++;
    this.#bySha256.deleteWhere((_sha256, cached) => isForgotten(cached));
  }
}

/** The characters of the names of tables. */
function namesOf({ credential }: CachedCredential): number {
  const tables = (isOfProject(credential) ? credential.tables : null) ?? [];
  return tables.reduce((sum, name) => sum + name.length, 0);
}
