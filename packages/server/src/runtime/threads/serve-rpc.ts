import { parentPort, receiveMessageOnPort } from 'node:worker_threads';

import { errorToMessage, type RpcReply, type RpcRequest, type RpcMethods } from './protocol.ts';

export type Handlers<O extends RpcMethods> = {
  readonly [K in keyof O]: (input: O[K]['input']) => O[K]['output'];
};

/**
 * Serves the methods of a `Thread` in its worker thread: runs each operation of a batch in order and answers the batch in
 * one message. A failed operation does not affect the others. `onClose` runs once, before the thread ends.
 */
export function serveRpc<O extends RpcMethods>(handlers: Handlers<O>, onClose: () => void): void {
  serve({
    receive: (first) => first,
    answer: (requests, reply) => reply(requests.map((request) => runMethod(handlers, request))),
    onClose,
  });
}

/**
 * Like `serveRpc`, for a thread whose operations are cheaper together: `answer` gets all operations that arrived while it
 * was busy, and answers them in any number of messages.
 */
export function serveBatches(
  answer: (requests: readonly RpcRequest[], reply: Reply) => void,
  onClose: () => void,
): void {
  serve({ receive: drainInbox, answer, onClose });
}

export type Reply = (replies: readonly RpcReply[]) => void;

/** Runs one operation and returns its reply, which is its error if it throws. */
export function runMethod<O extends RpcMethods>(handlers: Handlers<O>, request: RpcRequest): RpcReply {
  const { id } = request;
  try {
    return { id, ok: true, output: callMethod(handlers, request) };
  } catch (error) {
    return { id, ok: false, error: errorToMessage(error) };
  }
}

/** Runs one operation and returns its result. */
export function callMethod<O extends RpcMethods>(
  handlers: Handlers<O>,
  { operation, input }: RpcRequest,
): O[keyof O]['output'] {
  const handler = handlers[operation];
  if (handler === undefined) throw new Error(`no operation ${operation}`);
  return handler(input);
}

type Message = 'close' | readonly RpcRequest[];

function serve(thread: {
  readonly receive: (first: readonly RpcRequest[], inbox: Inbox) => readonly RpcRequest[];
  readonly answer: (requests: readonly RpcRequest[], reply: Reply) => void;
  readonly onClose: () => void;
}): void {
  const port = parentPort;
  if (port === null) throw new Error('RPC operations are only served in a worker thread');
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

function drainInbox(first: readonly RpcRequest[], inbox: Inbox): readonly RpcRequest[] {
  const requests = [...first];
  while (requests.length < BATCH_MAX_REQUESTS) {
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

/** The maximum number of operations of other callers that an operation waits for. */
const BATCH_MAX_REQUESTS = 1_000;
