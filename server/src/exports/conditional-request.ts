import parseRange from 'range-parser';

import type { ByteRange } from '../files/export-files.ts';

/** The file that is asked for, as HTTP's conditions see it. */
export interface Representation {
  readonly sizeBytes: number;
  /** Strong and with its quotes, as in the `ETag` header. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** The headers by which a client says which part it wants and on what condition. */
export interface ConditionalHeaders {
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
}

export type Selection =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly range: ByteRange }
  | { readonly kind: 'not_modified' }
  | { readonly kind: 'precondition_failed' }
  | { readonly kind: 'unsatisfiable' };

/**
 * Which part of the file to send. Conditions are taken in the order of RFC 9110, section 13.2.2. Several ranges in one
 * request are answered with the whole file, which section 14.2 allows and every client copes with.
 */
export function selectPart(file: Representation, headers: ConditionalHeaders): Selection {
  if (headers.ifMatch !== undefined && !matches(headers.ifMatch, file.etag))
    return { kind: 'precondition_failed' };
  if (isUnmodified(file, headers)) return { kind: 'not_modified' };
  if (headers.range === undefined || !rangeStillHolds(file, headers.ifRange)) return { kind: 'whole' };
  const ranges = parseRange(file.sizeBytes, headers.range);
  if (ranges === -1) return { kind: 'unsatisfiable' };
  if (ranges === -2 || ranges.type !== 'bytes' || ranges.length > 1) return { kind: 'whole' };
  const [range] = ranges;
  return range === undefined ? { kind: 'whole' } : { kind: 'part', range };
}

function isUnmodified(file: Representation, { ifNoneMatch, ifModifiedSince }: ConditionalHeaders): boolean {
  if (ifNoneMatch !== undefined) return matches(ifNoneMatch, file.etag);
  return ifModifiedSince !== undefined && wholeSeconds(file.lastModified) <= Date.parse(ifModifiedSince);
}

/** A resumed download is only right while the file is the one that it began with: strong comparison, RFC 9110 section 13.1.5. */
function rangeStillHolds(file: Representation, ifRange: string | undefined): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"') || ifRange.startsWith('W/')) return ifRange === file.etag;
  return Date.parse(ifRange) === wholeSeconds(file.lastModified);
}

function matches(header: string, etag: string): boolean {
  if (header.trim() === '*') return true;
  return header.split(',').some((candidate) => candidate.trim().replace(/^W\//, '') === etag);
}

function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1_000) * 1_000;
}
