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

/** Writes that the point thread takes where they are short. */
type PointWrites = RecordWrites & BatchWrites;

/**
 * Runs an operation on the rows of a project where it can be done: on the project's point thread, then on a reader or a writer,
 * then in a process. Each worker says which one follows. The threads do theirs while the project's file stays in its place; for a
 * process the operation waits outside, so that it holds up nobody who replaces the file.
 */
export class RecordRouter {
  readonly #host: EngineHost;

  constructor(host: EngineHost) {
    this.#host = host;
  }

  /** @param start the first worker: the point thread for what may be short. */
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

  /** A writer does alone what the point thread hands on. */
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

  /** A trigger may run without end. What is stopped has had no effect: its transaction was not committed. */
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

/** A client that leaves does not stop its operation: the time limit is close enough. */
const NEVER = new AbortController().signal;
