import type { Catalog } from '../../catalog/catalog.ts';
import type { TokenRow } from '../../catalog/tables.ts';

/** Records the last use of tokens in memory, and stores it periodically rather than with each request. */
export class TokenUse {
  /** By token id, until it is stored. */
  readonly #lastUsed = new Map<number, string>();

  note(tokenId: number, usedAt: string): void {
    this.#lastUsed.set(tokenId, usedAt);
  }

  /** Returns the token with its last use, which the catalog may not contain yet. */
  withLastUse<Row extends TokenRow>(row: Row): Row {
    return { ...row, last_used_at: this.#lastUsed.get(row.id) ?? row.last_used_at };
  }

  /** Stores all uses in one transaction. */
  async record(catalog: Catalog): Promise<void> {
    const used = [...this.#lastUsed];
    if (used.length === 0) return;
    await catalog.transaction().execute(async (transaction) => {
      for (const [id, lastUsedAt] of used) {
        await transaction
          .updateTable('tokens')
          .set({ last_used_at: lastUsedAt })
          .where('id', '=', id)
          .execute();
      }
    });
    // Keeps each use until it is stored. A use during the write is stored the next time.
    for (const [id, lastUsedAt] of used) {
      if (this.#lastUsed.get(id) === lastUsedAt) this.#lastUsed.delete(id);
    }
  }
}
