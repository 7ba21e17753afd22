import { pipeline, type Readable, Transform } from 'node:stream';

/**
 * A stream of the same bytes that fails where there are fewer of them than were announced. An answer that ends before its
 * `Content-Length` would otherwise leave its client waiting for the rest on a connection that seems to be alive.
 */
export function wholeStream(source: Readable, expectedBytes: number): Readable {
  let passed = 0;
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      passed += chunk.byteLength;
      done(null, chunk);
    },
    flush(done) {
      done(passed === expectedBytes ? null : cutShort(passed, expectedBytes));
    },
  });
  // Whoever reads the one is told of the fault of the other.
  return pipeline(source, counted, () => undefined);
}

function cutShort(found: number, expected: number): Error {
  return new Error(`a file ended after ${found} of ${expected} bytes`);
}
