import type { SchemaFormat } from '../format.ts';

/**
 * The first lines of a file whose format cannot express everything: its origin and what is missing. Each begins with `mark`, which
 * starts a comment.
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
