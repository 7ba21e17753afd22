import { Type } from 'typebox';

/** The fields of a call or a run that may be null. */
export const orNull = {
  text: Type.Union([Type.String(), Type.Null()]),
  count: Type.Union([Type.Integer(), Type.Null()]),
};
