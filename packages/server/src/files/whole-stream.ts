import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';

/**
 * Returns a stream of the same bytes that fails if there are fewer than announced. Otherwise, a client would wait for the
 * rest of an answer that ends before its `Content-Length`.
 */
export function wholeStream(source: Readable, expectedBytes: number): Readable {
  // Passes an error of one stream to the reader of the other.
  return pipeline(source, new WholeStream(expectedBytes), () => undefined);
}

class WholeStream extends Transform {
  readonly #expectedBytes: number;
  /** As in Node's own file streams. */
  bytesRead = 0;

  constructor(expectedBytes: number) {
    super();
    this.#expectedBytes = expectedBytes;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytesRead += chunk.byteLength;
    done(null, chunk);
  }

  override _flush(done: TransformCallback): void {
    done(this.bytesRead === this.#expectedBytes ? null : cutShort(this.bytesRead, this.#expectedBytes));
  }
}

function cutShort(found: number, expected: number): Error {
  return new Error(`a file ended after ${found} of ${expected} bytes`);
}
