/** Counts downloads in memory until they are stored, so a download costs no write. */
export class DownloadCounts {
  readonly #write: (id: string, downloads: number) => Promise<void>;
  readonly #counts = new Map<string, number>();

  constructor(write: (id: string, downloads: number) => Promise<void>) {
    this.#write = write;
  }

  count(id: string): void {
    this.#counts.set(id, this.notRecorded(id) + 1);
  }

  notRecorded(id: string): number {
    return this.#counts.get(id) ?? 0;
  }

  async record(): Promise<void> {
    for (const [id, downloads] of this.#counts) {
      await this.#write(id, downloads);
      const since = this.notRecorded(id) - downloads;
      if (since === 0) this.#counts.delete(id);
      else this.#counts.set(id, since);
    }
  }
}
