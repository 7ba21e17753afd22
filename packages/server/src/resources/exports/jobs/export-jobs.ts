import { RowhouseError } from '../../../core/errors.ts';
import type { ExportProgress } from '../../../engine/project-exports.ts';

export interface JobLimits {
  /** The maximum number of running and waiting exports of a project. */
  readonly perProject: number;
  /** The maximum number in all. */
  readonly total: number;
}

/** A running or waiting export of this process. */
export interface ExportJob {
  /** The id of the export. */
  readonly id: string;
  /** Cancels the export. */
  readonly signal: AbortSignal;
  readonly onProgress: (progress: ExportProgress) => void;
  /** Frees the job's place. Call it when the result is in the catalog. */
  end(): void;
}

interface OpenJob {
  readonly projectId: number;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
  progress: ExportProgress | null;
}

/** The running and waiting exports of this process: a bounded number, each of which can be observed and cancelled. */
export class ExportJobs {
  readonly #limits: JobLimits;
  /** By export id. */
  readonly #jobs = new Map<string, OpenJob>();
  #closed = false;

  constructor(limits: JobLimits) {
    this.#limits = limits;
  }

  /** @throws RowhouseError `rate_limited` if the project has the maximum number of jobs, `unavailable` if the service has. */
  open(id: string, projectId: number): ExportJob {
    this.#assertRoom(projectId);
    const controller = new AbortController();
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const job: OpenJob = { projectId, controller, ended, progress: null };
    this.#jobs.set(id, job);
    return {
      id,
      signal: controller.signal,
      onProgress: (progress) => {
        job.progress = progress;
      },
      end: () => {
        this.#jobs.delete(id);
        resolve();
      },
    };
  }

  get size(): number {
    return this.#jobs.size;
  }

  has(id: string): boolean {
    return this.#jobs.has(id);
  }

  progressOf(id: string): ExportProgress | null {
    return this.#jobs.get(id)?.progress ?? null;
  }

  /** Cancels the job, if it exists, and waits until it has ended. */
  async cancel(id: string, reason: Error): Promise<void> {
    const job = this.#jobs.get(id);
    job?.controller.abort(reason);
    await job?.ended;
  }

  /** Refuses new jobs, and cancels the existing jobs. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#jobs.keys()].map((id) => this.cancel(id, shuttingDown())));
  }

  get closed(): boolean {
    return this.#closed;
  }

  #assertRoom(projectId: number): void {
    if (this.#closed) throw shuttingDown();
    const retry = { retryAfterSeconds: RETRY_AFTER_SECONDS };
    const ofProject = [...this.#jobs.values()].filter((job) => job.projectId === projectId).length;
    if (ofProject >= this.#limits.perProject) {
      const message = `The project already has ${ofProject} running or waiting exports.`;
      throw new RowhouseError('rate_limited', message, retry);
    }
    if (this.#jobs.size >= this.#limits.total) {
      throw new RowhouseError('unavailable', 'Too many exports are waiting.', retry);
    }
  }
}

const RETRY_AFTER_SECONDS = 10;

function shuttingDown(): RowhouseError {
  return new RowhouseError('unavailable', 'The service is shutting down.');
}
