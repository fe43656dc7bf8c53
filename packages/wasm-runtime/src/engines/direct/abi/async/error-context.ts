import type { OtherEntry } from '../handle-table.js';

/** What an `error-context` is for the host: opaque, but for what it says of the error. */
export class ErrorContext implements OtherEntry {
  readonly resource = undefined;
  readonly what = 'an error context';
  readonly debugMessage: string;

  constructor(debugMessage: string) {
    this.debugMessage = debugMessage;
  }
}
