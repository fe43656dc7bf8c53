import { exitCodes } from './exit-codes.js';

/** A failure to show to the user: one line what is wrong, one line what to check. */
export class CliError extends Error {
  override readonly name = 'CliError';
  readonly check: string;
  readonly exitCode: number;

  constructor(message: string, check: string, options: ErrorOptions & { readonly exitCode?: number } = {}) {
    super(message, options);
    this.check = check;
    this.exitCode = options.exitCode ?? exitCodes.failure;
  }
}
