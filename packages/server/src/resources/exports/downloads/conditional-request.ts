import type { ByteRange } from '../../../files/export-files.ts';
import { entityTags, namesEntity } from '../../../http/entity-tags.ts';

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
  const { ifMatch } = headers;
  if (ifMatch !== undefined && !entityTags(ifMatch).some((tag) => tag === '*' || tag === file.etag)) {
    return { kind: 'precondition_failed' };
  }
  if (isUnmodified(file, headers)) return { kind: 'not_modified' };
  if (headers.range === undefined || !rangeStillHolds(file, headers.ifRange)) return { kind: 'whole' };
  return selectRange(headers.range, file.sizeBytes);
}

/** One range of bytes, from a start or from the end. A range that cannot be understood counts as none, RFC 9110 section 14.2. */
function selectRange(header: string, sizeBytes: number): Selection {
  const [, first = '', last = ''] = /^bytes=\s*(\d*)-(\d*)\s*$/i.exec(header) ?? [];
  if (first === '' && last === '') return { kind: 'whole' };
  const start = first === '' ? Math.max(0, sizeBytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? sizeBytes - 1 : Math.min(Number(last), sizeBytes - 1);
  if (last !== '' && first !== '' && Number(last) < Number(first)) return { kind: 'whole' };
  return start > end ? { kind: 'unsatisfiable' } : { kind: 'part', range: { start, end } };
}

function isUnmodified(file: Representation, { ifNoneMatch, ifModifiedSince }: ConditionalHeaders): boolean {
  if (ifNoneMatch !== undefined) return namesEntity(ifNoneMatch, file.etag);
  return ifModifiedSince !== undefined && wholeSeconds(file.lastModified) <= Date.parse(ifModifiedSince);
}

/** A resumed download is only right while the file is the one that it began with: strong comparison, RFC 9110 section 13.1.5. */
function rangeStillHolds(file: Representation, ifRange: string | undefined): boolean {
  if (ifRange === undefined) return true;
  if (ifRange.startsWith('"') || ifRange.startsWith('W/')) return ifRange === file.etag;
  return Date.parse(ifRange) === wholeSeconds(file.lastModified);
}

function wholeSeconds(date: Date): number {
  return Math.floor(date.getTime() / 1_000) * 1_000;
}
