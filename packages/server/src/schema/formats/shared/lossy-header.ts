import type { SchemaFormat } from '../format.ts';

/**
 * The lines with which a file begins whose format cannot say all that a schema has, each behind `mark`, which begins a
 * comment: what it was made from, and what is not in it.
 */
export function lossyHeader({ name, losses }: Pick<SchemaFormat, 'name' | 'losses'>, mark: string): string {
  return lossyLines({ name, losses })
    .map((line) => `${mark} ${line}\n`)
    .join('');
}

/** The same for a format that has no comments. */
export function lossyLines({ name, losses }: Pick<SchemaFormat, 'name' | 'losses'>): readonly string[] {
  return [`The schema of a SQLite database as ${name}. Omitted:`, ...losses.map((loss) => `- ${loss}`)];
}
