import { Type } from 'typebox';

/** What may be unknown of a call or a run. */
export const orNull = {
  text: Type.Union([Type.String(), Type.Null()]),
  count: Type.Union([Type.Integer(), Type.Null()]),
};
