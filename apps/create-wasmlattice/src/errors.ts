/** A mistake of the user: one line what is wrong, one line what to do. */
export class CreateError extends Error {
  override readonly name = 'CreateError';
  readonly hint: string;

  constructor(message: string, hint: string, options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}
