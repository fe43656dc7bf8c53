import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';

/** Which backend is meant. */
export interface BackendOptions {
  readonly name: string;
  readonly secretsTopic?: string;
}

const defaultTopic = 'wasmcloud.secrets';

export function addBackendOptions(command: Command, name: string): Command {
  return command
    .option('--name <backend>', 'name of the backend, as references have it', name)
    .option(
      '--secrets-topic <prefix>',
      `first part of its subjects, as hosts have it [WASMCLOUD_SECRETS_TOPIC] (default: ${defaultTopic})`,
    );
}

export function readTopic({ secretsTopic }: BackendOptions, { env }: Pick<CliIo, 'env'>): string {
  return secretsTopic ?? (env.WASMCLOUD_SECRETS_TOPIC || defaultTopic);
}
