import { RowhouseError } from '../../../core/errors.ts';
import type { ExportProgress } from '../../../engine/project-exports.ts';

export interface JobLimits {
  /** How many exports of a project may be under way or wait. */
  readonly perProject: number;
  /** How many of all projects. */
  readonly total: number;
}

/** What a job is told while it makes its export. */
export interface JobControl {
  /** Ends it. */
  readonly signal: AbortSignal;
  /** Null where nobody can look at it. */
  readonly onProgress: ((progress: ExportProgress) => void) | null;
}

interface Job {
  readonly projectId: number;
  readonly controller: AbortController;
  progress: ExportProgress | null;
  /** When it has ended, however. */
  ended: Promise<unknown>;
}

/** The exports that this process is making, or has waiting: a bounded number, each of which can be looked at and ended. */
export class ExportJobs {
  readonly #limits: JobLimits;
  /** By the id of the export. */
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
   * Runs `make`, which is one of the jobs until it ends.
   * @throws RowhouseError `rate_limited` where the project has as many as it may, `unavailable` where all have.
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

  /** Ends the job, where there is one, and waits until it has. */
  async end(id: string, reason: Error): Promise<void> {
    const job = this.#jobs.get(id);
    job?.controller.abort(reason);
    await job?.ended;
  }

  /** Lets no job in any more, and ends those that there are. */
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
