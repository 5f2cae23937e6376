/** Sessions of one run: a machine has some 28,000 ports for connections to one address of a server. */
export const MAX_SESSIONS = 100_000;
/** What they connect to; `cameras` has one for each camera. */
export const MAX_TARGETS = 4096;
/** A report has both. */
export const MAX_SUBJECTS = MAX_SESSIONS + MAX_TARGETS;
