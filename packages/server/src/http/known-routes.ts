import type { RouteOptions } from 'fastify';

/** The methods of the service's URLs, for `Allow`. */
export interface KnownRoutes {
  readonly add: (route: Pick<RouteOptions, 'method' | 'url'>) => void;
  /** The sorted methods of `url`; empty if no route has that path. */
  readonly methodsOf: (url: string) => readonly string[];
}

/** Only used for requests without a route, so a scan of all patterns is fast enough. */
export function createKnownRoutes(): KnownRoutes {
  const patterns: { readonly segments: readonly string[]; readonly methods: readonly string[] }[] = [];
  return {
    add: ({ method, url }) => {
      patterns.push({ segments: url.split('/'), methods: [method].flat() });
    },
    methodsOf: (url) => {
      const segments = pathOf(url).split('/').map(decode);
      const methods = patterns
        .filter((pattern) => matches(pattern.segments, segments))
        .flatMap((pattern) => pattern.methods);
      return methods.length === 0 ? [] : [...new Set([...methods, 'OPTIONS'])].toSorted();
    },
  };
}

/** Returns the path of a request target in origin form or absolute form (RFC 9112, section 3.2). */
function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function matches(pattern: readonly string[], path: readonly string[]): boolean {
  const isOpenEnded = pattern.at(-1) === '*';
  if (isOpenEnded ? path.length < pattern.length : path.length !== pattern.length) return false;
  return pattern.every(
    (segment, index) => segment === '*' || segment.startsWith(':') || segment === path[index],
  );
}
