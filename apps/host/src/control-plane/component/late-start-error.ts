/** A component came to its turn to be started, or replaced, when its host had begun to stop. */
export class LateStartError extends Error {
  override readonly name = 'LateStartError';

  constructor() {
    super('the host is stopping and starts no further component: start it on another host');
  }
}
