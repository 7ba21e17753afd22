import { createHash, type Hash } from 'node:crypto';
import { finished, type Readable, Transform } from 'node:stream';

import { RowhouseError } from '../../core/errors.ts';
import type { IdempotentRequest, Replayable } from '../../core/idempotency.ts';
import type { ProjectRef } from '../../core/project-ref.ts';
import type { Engine, ImportReport, Upload } from '../../engine/engine.ts';
import { projectNotEmpty } from '../../engine/project-not-empty.ts';

export interface ImportRequest {
  readonly project: ProjectRef;
  readonly replace: boolean;
  /** Returns the request's identity once the whole content, with this SHA-256, has arrived; null without a key. */
  readonly requestOf: ((contentSha256: string) => IdempotentRequest) | null;
  /** The bytes of a SQLite database file. */
  readonly content: Readable;
  /** The number of bytes, if announced. */
  readonly announcedBytes: number | null;
  readonly signal: AbortSignal;
}

/** Imports uploaded database files. */
export class Imports {
  readonly #engine: Engine;
  readonly #maxBytes: number;
  readonly #stallLimitMs: number;

  /** `stallLimitMs`: how long an upload may pause before it is aborted. */
  constructor(parts: { readonly engine: Engine; readonly maxBytes: number; readonly stallLimitMs: number }) {
    this.#engine = parts.engine;
    this.#maxBytes = parts.maxBytes;
    this.#stallLimitMs = parts.stallLimitMs;
  }

  /**
   * Streams the content to the disk, checks it and puts it in place. If anything fails, the project is unchanged.
   * @throws RowhouseError `conflict` for a project with tables, without `replace`; `payload_too_large`; `request_timeout` if
   * no more bytes arrive; `validation_failed` for a file that is not a valid SQLite database; `storage_full`.
   */
  async importDatabase(request: ImportRequest): Promise<Replayable<ImportReport>> {
    const { project, replace, requestOf, signal } = request;
    if ((request.announcedBytes ?? 0) > this.#maxBytes) throw this.#tooLarge();
    // Checked again when the file is put in place. The check here saves clients from sending gigabytes for a refusal. With a
    // key, the tables may come from this same import.
    if (!replace && requestOf === null && (await this.#engine.countTables(project)) > 0)
      throw projectNotEmpty();
    const hash = requestOf === null ? null : createHash('sha256');
    const upload = await this.#receive(request, hash);
    const idempotent = hash === null || requestOf === null ? null : requestOf(hash.digest('hex'));
    return this.#engine.importDatabase(project, upload, { replace, request: idempotent, signal });
  }

  async #receive({ project, content, signal }: ImportRequest, hash: Hash | null): Promise<Upload> {
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
    // Piped rather than part of the pipeline, which would destroy it: a destroyed request cannot be answered.
    finished(content, { writable: false }, (error) => {
      if (error) limited.destroy(error);
    });
    content.pipe(limited);
    try {
      return await this.#engine.upload(project, limited, signal);
    } catch (error) {
      // Drops what the client still sends, so the client reads the answer.
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
