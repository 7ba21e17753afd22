/** Stands for the admin credential among tokens, whose ids begin with 1: a null would be no part of a key. */
export const ADMIN = 0;

/** Stands among the projects of runs, in the same way, for calls that concern none. */
export const NO_PROJECT = 0;
