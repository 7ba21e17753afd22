import { createHash, type Hash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { finished, type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';

import { RowhouseError } from '../../core/errors.ts';
import type { IdempotentRequest, Replayable } from '../../core/idempotency.ts';
import type { Engine, ImportReport } from '../../engine/engine.ts';
import { projectNotEmpty } from '../../engine/project-not-empty.ts';
import { explainStorageFault } from '../../runtime/disk/explain-storage-fault.ts';

export interface ImportRequest {
  /** Slug of a project that exists. */
  readonly project: string;
  readonly replace: boolean;
  /** Finds out what is asked for once the whole content, of this SHA-256, is here; null where it is imported each time. */
  readonly requestOf: ((contentSha256: string) => IdempotentRequest) | null;
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
  readonly #stallLimitMs: number;

  /** `stallLimitMs`: how long an upload may bring no byte before it is given up. */
  constructor(parts: { readonly engine: Engine; readonly maxBytes: number; readonly stallLimitMs: number }) {
    this.#engine = parts.engine;
    this.#maxBytes = parts.maxBytes;
    this.#stallLimitMs = parts.stallLimitMs;
  }

  /**
   * Streams the content to disk, checks it and puts it in place; whatever fails, the project is as it was.
   * @throws RowhouseError `conflict` for a project that has tables, without `replace`; `payload_too_large`;
   * `request_timeout` when no more bytes come; `validation_failed` for a file that is no sound SQLite database; `storage_full`.
   */
  async importDatabase(request: ImportRequest): Promise<Replayable<ImportReport>> {
    const { project, replace, requestOf, signal } = request;
    if ((request.announcedBytes ?? 0) > this.#maxBytes) throw this.#tooLarge();
    // Asked again when the file is put in place; asked here so that nobody sends gigabytes for a refusal. With a key the tables
    // may well be those of this very import.
    if (!replace && requestOf === null && (await this.#engine.countTables(project)) > 0)
      throw projectNotEmpty();
    const path = await this.#engine.newUpload(project);
    const hash = requestOf === null ? null : createHash('sha256');
    try {
      await this.#receive(request, path, hash);
    } catch (error) {
      await this.#engine.discardUpload(path);
      throw explainStorageFault(error);
    }
    const idempotent = hash === null || requestOf === null ? null : requestOf(hash.digest('hex'));
    return this.#engine.importDatabase(project, path, { replace, request: idempotent, signal });
  }

  async #receive({ content, signal }: ImportRequest, path: string, hash: Hash | null): Promise<void> {
    const file = await open(path, 'wx', 0o600);
    const stall = setTimeout(() => limited.destroy(this.#stalled()), this.#stallLimitMs);
    let received = 0;
    const limited = new Transform({
      transform: (chunk: Buffer, _encoding, done) => {
        stall.refresh();
        received += chunk.byteLength;
        hash?.update(chunk);
        if (received > this.#maxBytes) done(this.#tooLarge());
        else done(null, chunk);
      },
    });
    // Piped, and no part of the pipeline, which would destroy it: a request that is destroyed cannot be answered any more.
    finished(content, { writable: false }, (error) => {
      if (error) limited.destroy(error);
    });
    content.pipe(limited);
    try {
      await pipeline(limited, file.createWriteStream(), { signal });
    } catch (error) {
      // What a client still sends is dropped, so that it comes to read the answer.
      content.unpipe(limited).resume();
      throw error;
    } finally {
      clearTimeout(stall);
    }
  }

  #stalled(): RowhouseError {
    return new RowhouseError('request_timeout', `No byte of the file arrived for ${this.#stallLimitMs} ms.`);
  }

  #tooLarge(): RowhouseError {
    return new RowhouseError(
      'payload_too_large',
      `The file exceeds the import limit of ${this.#maxBytes} bytes.`,
    );
  }
}
