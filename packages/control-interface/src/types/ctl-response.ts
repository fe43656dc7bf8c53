/**
 * The envelope of every reply (docs/spec/control-interface.md#1.3).
 *
 * `message` is always present and may be empty. `response` is absent when there is no data, never `{}`.
 */
export interface CtlResponse<T = undefined> {
  readonly success: boolean;
  readonly message: string;
  readonly response?: T | undefined;
}
