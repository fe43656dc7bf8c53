/**
 * Thrown by a host function for the `err` case of its WIT `result`: engines give `payload` to the guest.
 * Not an `Error`, because a guest that handles its errors should not pay for stack traces.
 */
export class ResultError<E = unknown> {
  readonly payload: E;

  constructor(payload: E) {
    this.payload = payload;
  }
}

/** The guest broke a rule for which the WIT demands a trap: polled nothing, wrote beyond its permit, … */
export class GuestMisuseError extends Error {
  override readonly name = 'GuestMisuseError';
}
