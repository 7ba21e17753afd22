import { type Static, Type } from 'typebox';

/** The query parameters of a paged list. */
export const pageFields = {
  limit: Type.Optional(
    Type.Integer({ minimum: 1, maximum: 500, default: 50, description: 'The maximum number of results.' }),
  ),
  offset: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER,
      default: 0,
      description: 'The number of results to skip.',
    }),
  ),
};

/** The keys after the items of a page, in the contract's order. */
export const pageKeys = {
  limit: Type.Integer(),
  offset: Type.Integer(),
  returned: Type.Integer(),
  has_more: Type.Boolean(),
};

const page = Type.Object(pageKeys);

export function pageOf(
  requested: { readonly limit: number; readonly offset: number },
  found: { readonly rows: readonly unknown[]; readonly hasMore: boolean },
): Static<typeof page> {
  const { limit, offset } = requested;
  return { limit, offset, returned: found.rows.length, has_more: found.hasMore };
}
