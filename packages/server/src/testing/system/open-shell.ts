import { spawn } from 'node:child_process';
import { once } from 'node:events';

import { nextEvent } from './waiting.ts';

/** The real sqlite3 shell with a file open, as another program beside the service. */
export interface OpenShell extends AsyncDisposable {
  /** Runs statements, of which the last must print something, and waits for that output. */
  run(statements: string): Promise<string>;
  /** Ends the shell and its connection. */
  close(): Promise<void>;
}

export function openShell(file: string): OpenShell {
  const child = spawn('sqlite3', ['-batch', '-init', '/dev/null', file], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const ended = once(child, 'close');
  const close = async () => {
    child.stdin.end();
    await ended;
  };
  return {
    run: async (statements) => {
      const printed = nextEvent(child.stdout, 'data');
      child.stdin.write(`${statements}\n`);
      return String((await printed)[0]).trim();
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
