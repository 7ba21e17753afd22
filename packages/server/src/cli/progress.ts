import { Transform } from 'node:stream';

const BAR_WIDTH = 24;
const REDRAW_INTERVAL_MS = 100;

/** A progress bar for a stream of known length. It is drawn only on a terminal, not in a file or a pipe. */
export interface Progress {
  /** Counts the bytes that pass through. */
  readonly counter: Transform;
  /** Shows a note after the last byte, until `finish`. */
  note(text: string): void;
  /** Clears the line. */
  finish(): void;
}

export function showProgress(label: string, totalBytes: number, terminal: NodeJS.WriteStream): Progress {
  const draw = (line: string) => {
    if (terminal.isTTY) terminal.write(`\r\u001b[K${line}`);
  };
  let doneBytes = 0;
  let drawnAt = 0;
  const counter = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      doneBytes += chunk.byteLength;
      const now = performance.now();
      if (now - drawnAt >= REDRAW_INTERVAL_MS) {
        drawnAt = now;
        draw(progressLine(label, doneBytes, totalBytes));
      }
      done(null, chunk);
    },
  });
  return { counter, note: (text) => draw(`${label}  ${text}`), finish: () => draw('') };
}

/** `shop.sqlite  [############------------]  50 %  0.5 of 1.0 MB` */
export function progressLine(label: string, doneBytes: number, totalBytes: number): string {
  const share = totalBytes === 0 ? 1 : Math.min(1, doneBytes / totalBytes);
  const filled = Math.round(share * BAR_WIDTH);
  const bar = '#'.repeat(filled) + '-'.repeat(BAR_WIDTH - filled);
  return `${label}  [${bar}]  ${Math.floor(share * 100)} %  ${megabytes(doneBytes)} of ${megabytes(totalBytes)} MB`;
}

function megabytes(bytes: number): string {
  return (bytes / 1_000_000).toFixed(1);
}
