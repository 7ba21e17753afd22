import { open } from 'node:fs/promises';
import { Transform, type Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import type { Engine, ImportReport } from '../engine/engine.ts';
import { projectNotEmpty } from '../engine/project-not-empty.ts';
import { RowhouseError } from '../errors.ts';
import { explainStorageFault } from '../storage/explain-storage-fault.ts';

export interface ImportRequest {
  /** Slug of a project that exists. */
  readonly project: string;
  readonly replace: boolean;
  /** The bytes of a SQLite database file. */
  readonly content: Readable;
  /** How many there will be, where that is known beforehand. */
  readonly announcedBytes: number | null;
  readonly signal: AbortSignal;
}

/** Takes a database file that somebody made elsewhere as the database of a project. */
export class Imports {
  readonly #engine: Engine;
  readonly #maxBytes: number;

  constructor(parts: { readonly engine: Engine; readonly maxBytes: number }) {
    this.#engine = parts.engine;
    this.#maxBytes = parts.maxBytes;
  }

  /**
   * Streams the content to disk, checks it and puts it in place; whatever fails, the project is as it was.
   * @throws RowhouseError `conflict` for a project that has tables, without `replace`; `payload_too_large`;
   * `validation_failed` for a file that is no sound SQLite database; `storage_full`.
   */
  async importDatabase(request: ImportRequest): Promise<ImportReport> {
    const { project, replace, signal } = request;
    if ((request.announcedBytes ?? 0) > this.#maxBytes) throw this.#tooLarge();
    // Asked again when the file is put in place; asked here so that nobody sends gigabytes for a refusal.
    if (!replace && (await this.#engine.countTables(project)) > 0) throw projectNotEmpty();
    const path = await this.#engine.newUpload(project);
    try {
      await this.#receive(request, path);
    } catch (error) {
      await this.#engine.discardUpload(path);
      throw explainStorageFault(error);
    }
    return this.#engine.importDatabase(project, path, { replace, signal });
  }

  async #receive({ content, signal }: ImportRequest, path: string): Promise<void> {
    const file = await open(path, 'wx', 0o600);
    let received = 0;
    const limit = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        received += chunk.byteLength;
        if (received > this.#maxBytes) done(this.#tooLarge());
        else done(null, chunk);
      },
    });
    // Taken by an iterator that leaves the stream alone: a destroyed request could no longer be answered.
    const chunks = content.iterator({ destroyOnReturn: false });
    try {
      await pipeline(chunks, limit, file.createWriteStream(), { signal });
    } catch (error) {
      // What a client still sends is dropped, so that it comes to read the answer.
      content.resume();
      throw error;
    }
  }

  #tooLarge(): RowhouseError {
    return new RowhouseError(
      'payload_too_large',
      `A database file of at most ${this.#maxBytes} bytes can be imported.`,
    );
  }
}
