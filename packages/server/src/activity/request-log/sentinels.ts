/** The sentinel token id of the admin credential. Token ids start with 1, and a null would not be equal in a key. */
export const ADMIN = 0;

/** The sentinel project id of runs without a project. */
export const NO_PROJECT = 0;
