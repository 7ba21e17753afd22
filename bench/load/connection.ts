import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const NOTHING = Buffer.alloc(0);
const HEAD_END = '\r\n\r\n';

/**
 * A keep-alive connection with one request at a time. It writes bytes and reads only the status and the length of an answer, because a
 * client library would need more CPU time than the measured server.
 */
export class Connection {
  readonly #socket: Socket;
  #received: Buffer = NOTHING;
  #expectedBytes = 0;
  #answered: ((status: number) => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  static async open(host: string, port: number): Promise<Connection> {
    const socket = connect({ host, port, noDelay: true });
    await once(socket, 'connect');
    return new Connection(socket);
  }

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#receive(chunk));
    socket.on('error', (error) => this.#failed?.(error));
    socket.on('close', () => this.#failed?.(new Error('the server closed the connection')));
  }

  /** @returns the status, after the complete answer has arrived. */
  send(request: Buffer): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#answered = resolve;
      this.#failed = reject;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#failed = undefined;
    this.#socket.destroy();
  }

  #receive(chunk: Buffer): void {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    if (this.#expectedBytes === 0) this.#expectedBytes = answerBytes(this.#received);
    if (this.#expectedBytes === 0 || this.#received.length < this.#expectedBytes) return;
    // HTTP/1.1 200
    const status = Number(this.#received.toString('latin1', 9, 12));
    this.#received = NOTHING;
    this.#expectedBytes = 0;
    this.#answered?.(status);
  }
}

/** The length of an answer that begins with these bytes; 0 until its head is complete. */
function answerBytes(received: Buffer): number {
  const headLength = received.indexOf(HEAD_END);
  if (headLength === -1) return 0;
  const length = /\r\ncontent-length: (\d+)/i.exec(received.toString('latin1', 0, headLength))?.[1];
  if (length === undefined) throw new Error('an answer without Content-Length cannot be measured');
  return headLength + HEAD_END.length + Number(length);
}
