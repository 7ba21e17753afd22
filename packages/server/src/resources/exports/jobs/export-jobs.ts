import { RowhouseError } from '../../../core/errors.ts';
import type { ExportProgress } from '../../../engine/project-exports.ts';

export interface JobLimits {
  /** The maximum number of running and waiting exports of a project. */
  readonly perProject: number;
  /** The maximum number in all. */
  readonly total: number;
}

/** Controls a running job. */
export interface JobControl {
  /** Cancels the job. */
  readonly signal: AbortSignal;
  /** Null if no client can see the progress. */
  readonly onProgress: ((progress: ExportProgress) => void) | null;
}

interface Job {
  readonly projectId: number;
  readonly controller: AbortController;
  progress: ExportProgress | null;
  /** Resolves when the job has ended, successfully or not. */
  ended: Promise<unknown>;
}

/** The running and waiting exports of this process: a bounded number, each of which can be observed and cancelled. */
export class ExportJobs {
  readonly #limits: JobLimits;
  /** By export id. */
  readonly #jobs = new Map<string, Job>();
  #closed = false;

  constructor(limits: JobLimits) {
    this.#limits = limits;
  }

  #assertRoom(projectId: number): void {
    if (this.#closed) throw shuttingDown();
    const ofProject = [...this.#jobs.values()].filter((job) => job.projectId === projectId).length;
    if (ofProject >= this.#limits.perProject) {
      throw new RowhouseError(
        'rate_limited',
        `The project already has ${ofProject} running or waiting exports.`,
        {
          retryAfterSeconds: RETRY_AFTER_SECONDS,
        },
      );
    }
    if (this.#jobs.size >= this.#limits.total) {
      throw new RowhouseError('unavailable', 'Too many exports are waiting.', {
        retryAfterSeconds: RETRY_AFTER_SECONDS,
      });
    }
  }

  /**
   * Runs `make` as a job.
   * @throws RowhouseError `rate_limited` if the project has the maximum number of jobs, `unavailable` if the service has.
   */
  async run<Result>(
    id: string,
    projectId: number,
    make: (control: JobControl) => Promise<Result>,
  ): Promise<Result> {
    this.#assertRoom(projectId);
    const controller = new AbortController();
    const job: Job = { projectId, controller, progress: null, ended: Promise.resolve() };
    this.#jobs.set(id, job);
    const onProgress = (progress: ExportProgress) => {
      job.progress = progress;
    };
    const made = make({ signal: controller.signal, onProgress }).finally(() => this.#jobs.delete(id));
    job.ended = made.catch(() => undefined);
    return made;
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
  async end(id: string, reason: Error): Promise<void> {
    const job = this.#jobs.get(id);
    job?.controller.abort(reason);
    await job?.ended;
  }

  /** Refuses new jobs, and cancels the existing jobs. */
  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#jobs.keys()].map((id) => this.end(id, shuttingDown())));
  }

  get closed(): boolean {
    return this.#closed;
  }
}

const RETRY_AFTER_SECONDS = 10;

function shuttingDown(): RowhouseError {
  return new RowhouseError('unavailable', 'The service is shutting down.');
}
