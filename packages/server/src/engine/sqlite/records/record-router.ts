import type { ProjectRef } from '../../../core/project-ref.ts';
import type { EngineHost } from '../protocol/engine-host.ts';
import type {
  BatchWrites,
  BulkRecordWrites,
  RecordReads,
  RecordWrites,
  WriteMethods,
} from '../protocol/record-methods.ts';
import { needs, type Routed } from '../protocol/routed.ts';

/** Writes that the point thread tries first. */
type PointWrites = RecordWrites & BatchWrites;

/**
 * Runs an operation on rows on the point thread, on a reader or writer, or in a process. Each worker either finishes the
 * operation or states which worker must run it.
 */
export class RecordRouter {
  readonly #host: EngineHost;

  constructor(host: EngineHost) {
    this.#host = host;
  }

  /** @param start the first worker to try. */
  async read<Name extends keyof RecordReads>(
    project: ProjectRef,
    operation: Name,
    start: 'point' | 'reader',
    inputAt: (path: string) => RecordReads[Name]['input'],
  ): Promise<RecordReads[Name]['output']> {
    type Answer = Routed<RecordReads[Name]['output']>;
    const { readers } = this.#host;
    const answer = await this.#host.withDatabase<Answer>(project, async (path) => {
      const input = inputAt(path);
      const point = start === 'point' ? this.#host.pointOf(project) : null;
      const first: Answer = point === null ? needs('reader') : await point.request(operation, input);
      return isFor(first, 'reader') ? readers.request(operation, input) : first;
    });
    if (answer.kind === 'done') return answer.result;
    return this.#host.withQueryProcess(project, NEVER, (path, run) => run(operation, inputAt(path)));
  }

  /** A writer runs alone on the database. */
  async write<Name extends keyof PointWrites>(
    project: ProjectRef,
    operation: Name,
    inputAt: (path: string) => PointWrites[Name]['input'],
  ): Promise<PointWrites[Name]['output']> {
    type Answer = Routed<PointWrites[Name]['output']>;
    const { writeLocks, writers } = this.#host;
    const answer = await this.#host.withDatabase<Answer>(project, async (path) => {
      const input = inputAt(path);
      const point = this.#host.pointOf(project);
      const first: Answer = await writeLocks.shared(project.slug, () => point.request(operation, input));
      if (!isFor(first, 'writer')) return first;
      return writeLocks.exclusive(project.slug, () => writers.request(operation, input));
    });
    return answer.kind === 'done' ? answer.result : this.#writeInProcess(project, operation, inputAt);
  }

  async writeMany<Name extends keyof BulkRecordWrites>(
    project: ProjectRef,
    operation: Name,
    inputAt: (path: string) => BulkRecordWrites[Name]['input'],
  ): Promise<BulkRecordWrites[Name]['output']> {
    type Answer = Routed<BulkRecordWrites[Name]['output']>;
    const { writeLocks, writers } = this.#host;
    const answer = await this.#host.withDatabase<Answer>(project, (path) => {
      return writeLocks.exclusive(project.slug, () => writers.request(operation, inputAt(path)));
    });
    return answer.kind === 'done' ? answer.result : this.#writeInProcess(project, operation, inputAt);
  }

  /** A trigger may never end. A stopped write has no effect, because its transaction is not committed. */
  #writeInProcess<Name extends keyof WriteMethods>(
    project: ProjectRef,
    operation: Name,
    inputAt: (path: string) => WriteMethods[Name]['input'],
  ): Promise<WriteMethods[Name]['output']> {
    return this.#host.withWriteProcess(project, NEVER, (path, run) => {
      return this.#host.writeLocks.exclusive(project.slug, () => run(operation, inputAt(path)));
    });
  }
}

function isFor<Result>(answer: Routed<Result>, thread: 'reader' | 'writer'): boolean {
  return answer.kind === 'needs' && answer.worker === thread;
}

/** An operation continues when its client disconnects, until the time limit. */
const NEVER = new AbortController().signal;
