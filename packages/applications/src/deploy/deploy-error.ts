/** An application that cannot be deployed as asked. Message: what is wrong; `check`: what to look at. */
export class DeployError extends Error {
  override readonly name = 'DeployError';
  readonly check: string;

  constructor(message: string, check: string, options?: ErrorOptions) {
    super(message, options);
    this.check = check;
  }
}
