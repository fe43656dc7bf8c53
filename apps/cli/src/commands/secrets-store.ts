import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Secret, SecretStoreClient } from '@wasmlattice/secrets';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice, writeDone } from '../command.js';
import { addGlobalOptions, usageError } from '../global-options.js';
import { addBackendOptions, type BackendOptions, readTopic } from './secrets-backend-options.js';

/** What a backend on NATS KV is filled with, ours or wasmCloud's. */
export function addSecretsStore(parent: Command, io: CliIo): void {
  const store = parent.command('store').description('Fill a backend on NATS KV, and say who may have what');
  addPut(store, io);
  addDelete(store, io);
  addRights(store, io, 'allow', 'Let a component or provider have secrets');
  addRights(store, io, 'disallow', 'Take that back');
}

function addPut(parent: Command, io: CliIo): void {
  addBackendOptions(addGlobalOptions(parent.command('put')), 'nats-kv')
    .description('Store a secret, sealed for the backend; its former versions stay')
    .argument('<key>', 'what references call it')
    .option('--file <file>', 'the file with the value, as it is; - for standard input (default)')
    .option('--from-variable <name>', 'the variable of the environment with the value')
    .action((key: string, options: ValueOptions & BackendOptions, command: Command) =>
      onLattice(command, io, async (lattice) => {
        const version = await storeOf(lattice, options).put(key, await readValue(options, io));
        writeDone(io, lattice.options.output, `stored secret ${key}, version ${version}`, version);
      }),
    );
}

function addDelete(parent: Command, io: CliIo): void {
  addBackendOptions(addGlobalOptions(parent.command('del')), 'nats-kv')
    .description('Delete a secret with all its versions')
    .argument('<key>', 'what references call it')
    .action((key: string, options: BackendOptions, command: Command) =>
      onLattice(command, io, async (lattice) => {
        await storeOf(lattice, options).delete(key);
        writeDone(io, lattice.options.output, `deleted secret ${key}`, '');
      }),
    );
}

function addRights(parent: Command, io: CliIo, change: 'allow' | 'disallow', description: string): void {
  addBackendOptions(addGlobalOptions(parent.command(change)), 'nats-kv')
    .description(description)
    .argument('<public-key>', 'of the component (M…) or provider (V…), as its token names it')
    .argument('<keys...>', 'what references call the secrets')
    .action((entity: string, keys: readonly string[], options: BackendOptions, command: Command) =>
      onLattice(command, io, async (lattice) => {
        await storeOf(lattice, options)[change](entity, keys);
        const may = change === 'allow' ? 'may have' : 'may not have';
        writeDone(io, lattice.options.output, `${entity} ${may} ${keys.join(', ')}`, '');
      }),
    );
}

function storeOf({ connection, io, options }: LatticeCommand, backend: BackendOptions): SecretStoreClient {
  return new SecretStoreClient({
    connection,
    prefix: readTopic(backend, io),
    backend: backend.name,
    timeoutMs: options.timeoutMs,
  });
}

interface ValueOptions {
  readonly file?: string;
  readonly fromVariable?: string;
}

/** Never from an argument: other users of the machine see those. */
async function readValue({ file, fromVariable }: ValueOptions, io: CliIo): Promise<Secret> {
  if (fromVariable !== undefined) {
    if (file !== undefined)
      throw usageError('--file and --from-variable exclude each other', 'leave one out');
    const value = io.env[fromVariable];
    if (value === undefined) {
      throw usageError(`the variable \`${fromVariable}\` is not set`, 'set it to the value of the secret');
    }
    return Secret.ofText(value);
  }
  try {
    const bytes =
      file === undefined || file === '-' ? await io.readInput() : await readFile(resolve(io.cwd, file));
    return Secret.ofBytes(new Uint8Array(bytes));
  } catch (cause) {
    throw usageError(
      `the value can not be read: ${cause instanceof Error ? cause.message : cause}`,
      'check --file',
    );
  }
}
