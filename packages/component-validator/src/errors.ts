/** The validator broke, or its thread ended: nothing is known about the component. The next one gets a new thread. */
export class ValidatorError extends Error {
  override readonly name = 'ValidatorError';

  /** @param reason what happened, the end of a sentence */
  constructor(reason: string, options?: ErrorOptions) {
    super(`the validator of components broke: ${reason}`, options);
  }
}

/** The validator was closed before it came to a verdict. */
export class ValidatorClosedError extends Error {
  override readonly name = 'ValidatorClosedError';

  constructor() {
    super('the validator of components is closed');
  }
}
