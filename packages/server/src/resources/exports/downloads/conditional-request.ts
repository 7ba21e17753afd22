import type { ByteRange } from '../../../files/export-files.ts';
import { entityTags, namesEntity } from '../../../http/entity-tags.ts';
import { httpDate } from '../../../http/http-date.ts';

/** The requested file, as HTTP conditions see it. */
export interface Representation {
  readonly sizeBytes: number;
  /** A strong tag with quotes, as in the `ETag` header. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** The headers that select a part of the file and set conditions. */
export interface ConditionalHeaders {
  /** Undefined for HEAD: only GET has ranges (RFC 9110, section 14.2). */
  readonly range: string | undefined;
  readonly ifRange: string | undefined;
  readonly ifMatch: string | undefined;
  readonly ifNoneMatch: string | undefined;
  readonly ifModifiedSince: string | undefined;
  readonly ifUnmodifiedSince: string | undefined;
}

export type Selection =
  | { readonly kind: 'whole' }
  | { readonly kind: 'part'; readonly range: ByteRange }
  | { readonly kind: 'not_modified' }
  | { readonly kind: 'precondition_failed' }
  | { readonly kind: 'unsatisfiable' };

/**
 * Selects the part of the file to send. Conditions are evaluated in the order of RFC 9110, section 13.2.2. A request with
 * several ranges gets the whole file, which section 14.2 allows and every client accepts.
 */
export function selectPart(file: Representation, headers: ConditionalHeaders): Selection {
  if (!isExpected(file, headers)) return { kind: 'precondition_failed' };
  if (isUnmodified(file, headers)) return { kind: 'not_modified' };
  if (headers.range === undefined || !rangeStillHolds(file, headers.ifRange)) return { kind: 'whole' };
  return selectRange(headers.range, file.sizeBytes);
}

/** Parses one byte range, from the start or the end. An invalid range is ignored (RFC 9110, section 14.2). */
function selectRange(header: string, sizeBytes: number): Selection {
  const [, first = '', last = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header) ?? [];
  if (first === '' && last === '') return { kind: 'whole' };
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== '' && first !== '' && Number(last) < Number(first)) return { kind: 'whole' };
  return start > end ? { kind: 'unsatisfiable' } : { kind: 'part', range: { start, end } };
}

/** Returns whether the file is the one that the client expects. A date that is not valid is no condition. */
function isExpected(file: Representation, { ifMatch, ifUnmodifiedSince }: ConditionalHeaders): boolean {
  if (ifMatch !== undefined) return entityTags(ifMatch).some((tag) => tag === '*' || tag === file.etag);
  const since = dateOf(ifUnmodifiedSince);
  return since === null || wholeSeconds(file.lastModified) <= since;
}

function isUnmodified(file: Representation, { ifNoneMatch, ifModifiedSince }: ConditionalHeaders): boolean {
  if (ifNoneMatch !== undefined) return namesEntity(ifNoneMatch, file.etag);
  const since = dateOf(ifModifiedSince);
  return since !== null && wholeSeconds(file.lastModified) <= since;
}

/** Returns whether a download can resume: only if the file is unchanged, by strong comparison (RFC 9110, section 13.1.5). */
function rangeStillHolds(file: Representation, ifRange: string | undefined): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"') || ifRange.startsWith('W/')) return ifRange === file.etag;
  return httpDate(ifRange) === wholeSeconds(file.lastModified);
}

function dateOf(header: string | undefined): number | null {
  return header === undefined ? null : httpDate(header);
}

function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1_000) * 1_000;
}
