/**
 * A mistake in the host's flags or environment. The message is complete: it names the setting, where its value came
 * from, and what is allowed, so a program prints it as it is and exits with code 2.
 */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** The flag to change, e.g. `--nats-port`; absent when no single setting is to blame. */
  readonly flag: string | undefined;
  /** The environment variable of the same setting, e.g. `WASMCLOUD_NATS_PORT`. */
  readonly variable: string | undefined;
  /** What the setting takes, in words: `a whole number from 1 to 65535`. */
  readonly allowed: string | undefined;

  constructor(
    message: string,
    details: { flag?: string | undefined; variable?: string | undefined; allowed?: string } = {},
  ) {
    super(message);
    this.flag = details.flag;
    this.variable = details.variable;
    this.allowed = details.allowed;
  }

  /** All mistakes at once, a line for each. */
  static all(errors: readonly [ConfigError, ...ConfigError[]]): ConfigError {
    const [first] = errors;
    return errors.length === 1 ? first : new ConfigError(errors.map(({ message }) => message).join('\n'));
  }
}
