import type { Catalog } from './catalog.ts';

/** Stores the time of the last use of a token or a session. */
export type StoreUse = (transaction: Catalog, id: number, usedAt: string) => Promise<unknown>;

/** Records the last use of tokens or sessions in memory, and stores it periodically rather than with each request. */
export class LastUse {
  readonly #store: StoreUse;
  /** By id, until it is stored. */
  readonly #lastUsed = new Map<number, string>();

  constructor(store: StoreUse) {
    this.#store = store;
  }

  note(id: number, usedAt: string): void {
    this.#lastUsed.set(id, usedAt);
  }

  /** Returns the row with its last use, which the catalog may not contain yet. */
  withLastUse<Row extends { readonly id: number; readonly last_used_at: string | null }>(row: Row): Row {
    return { ...row, last_used_at: this.#lastUsed.get(row.id) ?? row.last_used_at };
  }

  /** Stores all uses in one transaction. */
  async record(catalog: Catalog): Promise<void> {
    const used = [...this.#lastUsed];
    if (used.length === 0) return;
    await catalog.transaction().execute(async (transaction) => {
      for (const [id, lastUsedAt] of used) await this.#store(transaction, id, lastUsedAt);
    });
    // Keeps each use until it is stored. A use during the write is stored the next time.
    for (const [id, lastUsedAt] of used) {
      if (this.#lastUsed.get(id) === lastUsedAt) this.#lastUsed.delete(id);
    }
  }
}
