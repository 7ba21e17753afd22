import type { Catalog } from '../../catalog/catalog.ts';
import type { TokenRow } from '../../catalog/tables.ts';

/** When tokens were last used: it is remembered here, and written down now and then, not with each request. */
export class TokenUse {
  /** By the id of the token, until it is written down. */
  readonly #lastUsed = new Map<number, string>();

  note(tokenId: number, usedAt: string): void {
    this.#lastUsed.set(tokenId, usedAt);
  }

  /** The token as it is, with what the catalog does not know yet. */
  withLastUse<Row extends TokenRow>(row: Row): Row {
    return { ...row, last_used_at: this.#lastUsed.get(row.id) ?? row.last_used_at };
  }

  /** Writes all of it down in one transaction. */
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
    // Until it is written it is known from here; what was used again meanwhile is written the next time.
    for (const [id, lastUsedAt] of used) {
      if (this.#lastUsed.get(id) === lastUsedAt) this.#lastUsed.delete(id);
    }
  }
}
