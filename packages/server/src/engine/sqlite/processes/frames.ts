import { readSync, writeSync } from 'node:fs';
import { deserialize, serialize } from 'node:v8';

/**
 * Messages between the service and a process of its own: the length of each in four bytes, then the value as V8 writes it. (The
 * channel that Node has for child processes needs an event loop on both sides; here one blocks.)
 */
const LENGTH_BYTES = 4;

/** No answer is larger: of what a client may ask for, a page of a view is the largest. */
const FRAME_MAX_BYTES = 402_653_184;

export function writeFrame(value: unknown): Buffer {
  const content = serialize(value);
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32LE(content.byteLength);
  return Buffer.concat([length, content]);
}

/** Puts frames together from the pieces in which a stream brings them. */
export class FrameReader {
  readonly #onFrame: (value: unknown) => void;
  #pieces: Buffer[] = [];
  #held = 0;
  #needed = LENGTH_BYTES;

  constructor(onFrame: (value: unknown) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws RangeError for a frame that nobody can have meant. */
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

/** Waits for the next frame of a file descriptor; null at its end. */
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

/** Where the other side has not read what it was sent before, and the pipe is full, there is nothing to do but to wait. */
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
