import { parentPort, receiveMessageOnPort } from 'node:worker_threads';

import { errorToMessage, type OperationReply, type OperationRequest, type Operations } from './protocol.ts';

export type Handlers<O extends Operations> = {
  readonly [K in keyof O]: (input: O[K]['input']) => O[K]['output'];
};

/**
 * The thread's side of `Thread`: runs each operation of a batch in order and answers the batch in one message. An
 * operation that throws fails alone. `onClose` runs once, before the thread ends.
 */
export function serveOperations<O extends Operations>(handlers: Handlers<O>, onClose: () => void): void {
  serve({
    receive: (first) => first,
    answer: (requests, reply) => reply(requests.map((request) => runOperation(handlers, request))),
    onClose,
  });
}

/**
 * The same for a thread whose operations are cheaper together: `answer` gets everything that has arrived while it was
 * busy, and replies to all of it, in as many messages as it likes.
 */
export function serveBatches(
  answer: (requests: readonly OperationRequest[], reply: Reply) => void,
  onClose: () => void,
): void {
  serve({ receive: withAllThatWaits, answer, onClose });
}

export type Reply = (replies: readonly OperationReply[]) => void;

/** Runs one operation; what it throws is its reply. */
export function runOperation<O extends Operations>(
  handlers: Handlers<O>,
  request: OperationRequest,
): OperationReply {
  const { id } = request;
  try {
    return { id, ok: true, output: callOperation(handlers, request) };
  } catch (error) {
    return { id, ok: false, error: errorToMessage(error) };
  }
}

/** Runs one operation, and gives or throws what it does. */
export function callOperation<O extends Operations>(
  handlers: Handlers<O>,
  { operation, input }: OperationRequest,
): unknown {
  const handler = handlers[operation];
  if (handler === undefined) throw new Error(`no operation ${operation}`);
  return handler(input);
}

type Message = 'close' | readonly OperationRequest[];

function serve(thread: {
  readonly receive: (first: readonly OperationRequest[], inbox: Inbox) => readonly OperationRequest[];
  readonly answer: (requests: readonly OperationRequest[], reply: Reply) => void;
  readonly onClose: () => void;
}): void {
  const port = parentPort;
  if (port === null) throw new Error('operations are served in a worker thread only');
  const inbox: Inbox = {
    closed: false,
    next: () => receiveMessageOnPort(port)?.message as Message | undefined,
  };
  port.on('message', (message: Message) => {
    if (message === 'close') inbox.closed = true;
    else thread.answer(thread.receive(message, inbox), (replies) => port.postMessage(replies));
    if (!inbox.closed) return;
    thread.onClose();
    port.close();
  });
}

interface Inbox {
  closed: boolean;
  readonly next: () => Message | undefined;
}

function withAllThatWaits(first: readonly OperationRequest[], inbox: Inbox): readonly OperationRequest[] {
  const requests = [...first];
  while (requests.length < BATCH_MAX_OPERATIONS) {
    const message = inbox.next();
    if (message === undefined) break;
    if (message === 'close') {
      inbox.closed = true;
      break;
    }
    requests.push(...message);
  }
  return requests;
}

/** Nobody waits longer for others than this many operations take. */
const BATCH_MAX_OPERATIONS = 1_000;
