import { GuestMisuseError } from '../io/index.js';

/**
 * The living child resources of one resource. WIT demands a trap when a guest gives up a parent before its
 * children (the output-stream of an outgoing-body, the headers of a request).
 */
export class Children {
  readonly #parent: string;
  #alive = 0;

  constructor(parent: string) {
    this.#parent = parent;
  }

  added(): void {
    this.#alive++;
  }

  dropped(): void {
    this.#alive--;
  }

  /** @throws GuestMisuseError when a child is alive */
  assertNone(action: string): void {
    if (this.#alive === 0) return;
    throw new GuestMisuseError(
      `the guest ${action} its ${this.#parent} before it dropped the child resource`,
    );
  }
}
