import { readSync, writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';

/**
 * Messages between the service and a child process: a length of four bytes, then the value in V8's serialization format. (Node's IPC
 * channel needs an event loop on both sides; here the child blocks.)
 */
const LENGTH_BYTES = 4;

/** The maximum size of a message, in bytes. The largest is a page of a view. */
const FRAME_MAX_BYTES = 402_653_184;

export function writeFrame(value: unknown): Buffer {
  const content = serialize(value);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(content.byteLength);
  return Buffer.concat([length, content]);
}

/** Assembles frames from the chunks of a stream. */
export class FrameReader {
  readonly #onFrame: (value: unknown) => void;
  #pieces: Buffer[] = [];
  #held = 0;
  #needed = LENGTH_BYTES;

  constructor(onFrame: (value: unknown) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws RangeError for a frame length above the maximum. */
  take(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#held += piece.byteLength;
    while (this.#held >= this.#needed) {
      const bytes = Buffer.concat(this.#pieces);
      this.#pieces = [bytes];
      if (this.#needed === LENGTH_BYTES) {
        this.#needed = LENGTH_BYTES + bytes.readUInt32LE();
        if (this.#needed > FRAME_MAX_BYTES) throw new RangeError('a frame is too large');
        continue;
      }
      this.#pieces = [bytes.subarray(this.#needed)];
      this.#held -= this.#needed;
      const content = bytes.subarray(LENGTH_BYTES, this.#needed);
      this.#needed = LENGTH_BYTES;
      this.#onFrame(deserialize(content));
    }
  }
}

/** Waits for the next frame of a file descriptor; returns null at the end of the file. */
export function readFrameSync(file: number): unknown {
  const length = readFully(file, LENGTH_BYTES);
  const content = length === null ? null : readFully(file, length.readUInt32LE());
  return content === null ? null : deserialize(content);
}

export function writeFrameSync(file: number, value: unknown): void {
  const bytes = writeFrame(value);
  let written = 0;
  while (written < bytes.byteLength) written += writeSome(file, bytes, written);
}

/** Waits while the pipe is full. */
function writeSome(file: number, bytes: Buffer, from: number): number {
  try {
    return writeSync(file, bytes, from);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    Atomics.wait(NEVER, 0, 0, FULL_PIPE_WAIT_MS);
    return 0;
  }
}

const FULL_PIPE_WAIT_MS = 1;
const NEVER = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));

function readFully(file: number, size: number): Buffer | null {
  const bytes = Buffer.alloc(size);
  let read = 0;
  while (read < size) {
    const count = readSync(file, bytes, read, size - read, null);
    if (count === 0) return null;
    read += count;
  }
  return bytes;
}
