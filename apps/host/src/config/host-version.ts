/**
 * Version of the host program, a semantic version: schedulers parse the `version` of heartbeats as one.
 * A test compares it with `package.json`.
 */
export const hostVersion = '0.1.0';
