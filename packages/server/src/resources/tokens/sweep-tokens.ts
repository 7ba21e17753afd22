import type { Catalog } from '../../catalog/catalog.ts';
import { timestamp } from '../../core/ids.ts';

const DAY_MS = 86_400_000;
/** How long an ended temporary token is kept, so its state can still be looked up. */
const TEMPORARY_KEPT_MS = 3_600_000;

/**
 * Removes the tokens that expired or were revoked this many days ago, and temporary tokens after an hour. A token that another
 * one replaced is kept while a link that it made is valid.
 */
export async function sweepTokens(catalog: Catalog, keptDays: number): Promise<void> {
  const now = Date.now();
  // Timestamps sort as text.
  const present = timestamp(new Date(now));
  const before = timestamp(new Date(now - keptDays * DAY_MS));
  const beforeOfTemporary = timestamp(new Date(now - TEMPORARY_KEPT_MS));
  await catalog
    .deleteFrom('tokens')
    .where((build) => {
      const isOver = (time: string) =>
        build.or([build('revoked_at', '<', time), build('expires_at', '<', time)]);
      return build.or([isOver(before), build.and([build('temporary', '=', 1), isOver(beforeOfTemporary)])]);
    })
    .where((build) =>
      build.or([
        build('links_valid_until', 'is', null),
        build('links_valid_until', '<=', present),
        build('links_ended_at', 'is not', null),
      ]),
    )
    .execute();
}
