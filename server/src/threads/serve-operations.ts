import { parentPort } from 'node:worker_threads';

import { errorToMessage, type OperationReply, type OperationRequest, type Operations } from './protocol.ts';

export type Handlers<O extends Operations> = {
  readonly [K in keyof O]: (input: O[K]['input']) => O[K]['output'];
};

/**
 * The thread's side of `Thread`: runs each operation of a batch in order and answers the batch in one message. An
 * operation that throws fails alone. `onClose` runs once, before the thread ends.
 */
export function serveOperations<O extends Operations>(handlers: Handlers<O>, onClose: () => void): void {
  const port = parentPort;
  if (port === null) throw new Error('serveOperations runs in a worker thread only');
  port.on('message', (message: 'close' | readonly OperationRequest[]) => {
    if (message === 'close') {
      onClose();
      port.close();
      return;
    }
    port.postMessage(message.map((request) => runOperation(handlers, request)));
  });
}

function runOperation<O extends Operations>(
  handlers: Handlers<O>,
  request: OperationRequest,
): OperationReply {
  const { id, operation, input } = request;
  try {
    const handler = handlers[operation];
    if (handler === undefined) throw new Error(`no operation ${operation}`);
    return { id, ok: true, output: handler(input) };
  } catch (error) {
    return { id, ok: false, error: errorToMessage(error) };
  }
}
