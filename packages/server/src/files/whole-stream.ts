import { pipeline, type Readable, Transform, type TransformCallback } from 'node:stream';

/**
 * A stream of the same bytes that fails where there are fewer of them than were announced. An answer that ends before its
 * `Content-Length` would otherwise leave its client waiting for the rest on a connection that seems to be alive.
 */
export function wholeStream(source: Readable, expectedBytes: number): Readable {
  // Whoever reads the one is told of the fault of the other.
  return pipeline(source, new WholeStream(expectedBytes), () => undefined);
}

class WholeStream extends Transform {
  readonly #expectedBytes: number;
  /** As Node's own streams of files have it. */
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
