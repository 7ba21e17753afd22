import { resolve } from 'node:path';

import { canonicalHost } from './host.ts';
import { type Setting, settings } from './settings.ts';

type Value<S extends Setting> = S extends { readonly kind: 'integer' }
  ? number
  : S extends { readonly kind: 'choice'; readonly choices: readonly (infer C)[] }
    ? C
    : S extends { readonly kind: 'secret' | 'url' }
      ? string | null
      : S extends { readonly kind: 'port' }
        ? number | null
        : S extends { readonly kind: 'rate' }
          ? Rate | null
          : S extends { readonly kind: 'hosts' }
            ? readonly string[]
            : S['default'] extends null
              ? string | null
              : string;

/** Allows `requests` at once, and then `requests` in every `seconds`. */
export interface Rate {
  readonly requests: number;
  readonly seconds: number;
}

export type Config = { readonly [K in keyof typeof settings]: Value<(typeof settings)[K]> };

/** An invalid setting. The message is one line that names the variable and its allowed values, and contains no secret. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/**
 * Reads every setting from `environment`. An empty variable counts as not set. Relative paths are relative to the working
 * folder.
 * @throws ConfigError for the first invalid variable.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const values = Object.entries<Setting>(settings).map(([name, setting]) => {
    const text = environment[setting.variable];
    const isSet = text !== undefined && text !== '';
    const value = isSet ? parseSetting(setting, text) : setting.default;
    return [name, setting.kind === 'path' && typeof value === 'string' ? resolve(value) : value];
  });
  return Object.fromEntries(values) as Config;
}

/**
 * Returns variables with our prefix that are not settings. Without this check, a mistyped name would silently leave the
 * default in force.
 */
export function unknownVariables(
  environment: Readonly<Record<string, string | undefined>>,
): readonly string[] {
  const known = new Set<string>(Object.values(settings).map((setting) => setting.variable));
  return Object.keys(environment).filter((name) => name.startsWith('ROWHOUSE_') && !known.has(name));
}

function parseSetting(setting: Setting, text: string): string | number | Rate | readonly string[] | null {
  switch (setting.kind) {
    case 'text':
    case 'path':
      return text;
    case 'url':
      if (!/^https?:$/.test(URL.parse(text)?.protocol ?? '')) {
        throw new ConfigError(
          `${setting.variable} must be an http:// or https:// address, not ${JSON.stringify(text)}`,
        );
      }
      return text;
    case 'secret':
      if (text.length < setting.minimumLength || !/^[\x21-\x7e]+$/.test(text)) {
        throw new ConfigError(
          `${setting.variable} must be at least ${setting.minimumLength} visible ASCII characters without spaces`,
        );
      }
      return text;
    case 'integer':
      return parseInteger(text, setting, setting.variable);
    case 'port':
      return text === OFF ? null : parseInteger(text, { minimum: 0, maximum: 65_535 }, setting.variable);
    case 'rate':
      return text === OFF ? null : parseRate(text, setting.variable);
    case 'hosts':
      return text.split(',').map((host) => parseHost(host.trim(), setting.variable));
    case 'choice':
      if (!setting.choices.includes(text)) {
        throw new ConfigError(
          `${setting.variable} must be one of ${setting.choices.join(', ')}, not ${JSON.stringify(text)}`,
        );
      }
      return text;
  }
}

const OFF = 'off';

function parseInteger(
  text: string,
  { minimum, maximum }: { readonly minimum: number; readonly maximum: number },
  variable: string,
): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= minimum && value <= maximum)) {
    throw new ConfigError(
      `${variable} must be a whole number from ${minimum} to ${maximum}, not ${JSON.stringify(text)}`,
    );
  }
  return value;
}

/** @returns the host in the form of `canonicalHost`. */
function parseHost(text: string, variable: string): string {
  const host = canonicalHost(text);
  if (host !== null) return host;
  throw new ConfigError(
    `${variable} must be hosts separated by commas, such as db.example.org or db.example.org:8787, not ${JSON.stringify(text)}`,
  );
}

const MAX_RATE: Rate = { requests: 1_000_000, seconds: 86_400 };

function parseRate(text: string, variable: string): Rate {
  const [requests = 0, seconds = 0] = /^\d+\/\d+$/.test(text) ? text.split('/').map(Number) : [];
  const isRate =
    requests >= 1 && requests <= MAX_RATE.requests && seconds >= 1 && seconds <= MAX_RATE.seconds;
  if (!isRate) {
    throw new ConfigError(
      `${variable} must be requests/seconds, such as 600/60, with at most ${MAX_RATE.requests} requests and ${MAX_RATE.seconds} seconds, or ${OFF}, not ${JSON.stringify(text)}`,
    );
  }
  return { requests, seconds };
}
