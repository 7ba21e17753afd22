import { randomBytes } from 'node:crypto';

import type { Catalog } from '../../../catalog/catalog.ts';
import { seal, unseal } from '../../../catalog/sealed-text.ts';
import type { ProjectRow } from '../../../catalog/tables.ts';
import { NoSuchProjectError } from '../../../core/errors.ts';

const KEY_BYTES = 32;
const PURPOSE = 'rowhouse export links';

/** The keys that sign the links to the exports of each project. The catalog holds them encrypted with the service key. */
export class LinkKeys {
  readonly #serviceKey: Uint8Array;

  constructor(serviceKey: Uint8Array) {
    this.#serviceKey = serviceKey;
  }

  /** Returns null if the project has no key, or one that was encrypted with another service key. */
  read({ sealed_link_key: sealed }: Pick<ProjectRow, 'sealed_link_key'>): Buffer | null {
    const key = sealed === null ? null : unseal(sealed, this.#serviceKey, PURPOSE);
    return key === null ? null : Buffer.from(key, 'hex');
  }

  /**
   * Returns the key for a new link, and creates it if there is none that can be read. Call it in a transaction.
   * @throws NoSuchProjectError if the project was deleted meanwhile.
   */
  async forNewLink(transaction: Catalog, projectId: number): Promise<Buffer> {
    const project = await transaction
      .selectFrom('projects')
      .select('sealed_link_key')
      .where('id', '=', projectId)
      .executeTakeFirst();
    if (project === undefined) throw new NoSuchProjectError();
    return this.read(project) ?? this.replace(transaction, projectId);
  }

  /** Stores and returns a new key, which ends all links to the project's exports. */
  async replace(transaction: Catalog, projectId: number): Promise<Buffer> {
    const key = randomBytes(KEY_BYTES);
    await this.#store(transaction, projectId, key.toString('hex'));
    return key;
  }

  /** Encrypts the keys that earlier releases stored as they are. */
  async sealClearKeys(catalog: Catalog): Promise<void> {
    await catalog.transaction().execute(async (transaction) => {
      const rows = await transaction
        .selectFrom('projects')
        .select(['id', 'clear_link_key'])
        .where('clear_link_key', 'is not', null)
        .$narrowType<{ clear_link_key: string }>()
        .execute();
      for (const { id, clear_link_key: key } of rows) await this.#store(transaction, id, key);
    });
  }

  /** Returns the number of projects whose key was encrypted with another service key. */
  async countUnreadable(catalog: Catalog): Promise<number> {
    const rows = await catalog
      .selectFrom('projects')
      .select('sealed_link_key')
      .where('sealed_link_key', 'is not', null)
      .execute();
    return rows.filter((project) => this.read(project) === null).length;
  }

  /** @param key in hexadecimal. */
  async #store(transaction: Catalog, projectId: number, key: string): Promise<void> {
    await transaction
      .updateTable('projects')
      .set({ sealed_link_key: seal(key, this.#serviceKey, PURPOSE), clear_link_key: null })
      .where('id', '=', projectId)
      .execute();
  }
}
