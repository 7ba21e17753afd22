import { parseArgs, type ParseArgsConfig } from 'node:util';

import { UsageError } from './usage-error.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Returns a command's arguments as options and positions. @throws UsageError for an unknown option. */
export function parseArguments<O extends Options>(words: readonly string[], options: O) {
  try {
    return parseArgs({ args: [...words], options, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** The options that select the target of a command. */
export const targetOptions = {
  project: { type: 'string' },
  url: { type: 'string' },
  token: { type: 'string' },
} as const satisfies Options;

/** Returns the slug in lower case. */
export function projectOption(value: string | undefined): string {
  if (value === undefined) throw new UsageError('--project SLUG is required');
  if (!/^[A-Za-z0-9_-]{1,63}$/.test(value)) {
    throw new UsageError('--project must be 1 to 63 letters, digits, "_" and "-"');
  }
  return value.toLowerCase();
}
