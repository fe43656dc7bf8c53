import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type XKey, xkeyFromSeed } from '@wasmlattice/identity';
import { type SecretsSource, type ServedSecrets, serveSecrets } from '@wasmlattice/secrets';
import {
  EnvironmentSecrets,
  FileSecrets,
  NatsKvSecrets,
  serveStoreOperations,
} from '@wasmlattice/secrets/backends';
import { createLogger, type Logger } from '@wasmlattice/telemetry';
import type { Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice } from '../command.js';
import { addGlobalOptions, jetstreamOptions, readWholeNumber, usageError } from '../global-options.js';
import { addBackendOptions, type BackendOptions, readTopic } from './secrets-backend-options.js';

export function addSecretsServe(parent: Command, io: CliIo): void {
  const serve = parent.command('serve').description('Run a secrets backend in the foreground, until Ctrl-C');
  addNatsKv(serve, io);
  addFiles(serve, io);
  addEnvironment(serve, io);
}

interface NatsKvOptions extends BackendOptions {
  readonly bucket: string;
  readonly history: string;
}

function addNatsKv(parent: Command, io: CliIo): void {
  addBackendOptions(addGlobalOptions(parent.command('nats-kv')), 'nats-kv')
    .description(
      'Secrets in a bucket of NATS KV, each sealed by the key of ENCRYPTION_XKEY_SEED; goes on with what secrets-nats-kv has stored',
    )
    .option('--bucket <bucket>', 'bucket of the secrets', 'WASMCLOUD_SECRETS')
    .option('--history <n>', 'versions of each secret that are kept, when the bucket is created', '64')
    .action((options: NatsKvOptions, command: Command) => {
      const history = readWholeNumber(options.history, '--history', 1, 64);
      const encryptionKey = readKey(io, 'ENCRYPTION_XKEY_SEED');
      if (encryptionKey === undefined) {
        throw usageError(
          'ENCRYPTION_XKEY_SEED is not set',
          'set it to the seed of a curve key (SX…) and keep that: secrets are lost with it',
        );
      }
      return runBackend(command, io, options, async ({ connection, options: lattice }) => {
        const secrets = await NatsKvSecrets.open({
          jetstream: connection.jetstream(jetstreamOptions(lattice)),
          backend: options.name,
          bucket: options.bucket,
          encryptionKey,
          history,
        });
        return {
          source: secrets,
          begin(served, logger) {
            serveStoreOperations(served, secrets, logger);
            return () => {};
          },
        };
      });
    });
}

interface DevelopmentOptions extends BackendOptions {
  readonly allow: readonly string[];
}

function addFiles(parent: Command, io: CliIo): void {
  addAllow(addBackendOptions(addGlobalOptions(parent.command('files')), 'files'))
    .description('For development: the files of a folder, each by its path; all that is signed may have them')
    .argument('<folder>', 'the folder')
    .action(async (folder: string, options: DevelopmentOptions, command: Command) => {
      const path = resolve(io.cwd, folder);
      if ((await stat(path).catch(() => undefined))?.isDirectory() !== true) {
        throw usageError(`there is no folder ${path}`, 'name the folder with the secrets');
      }
      const secrets = new FileSecrets(path, options.allow);
      await runBackend(command, io, options, async () => ({
        source: secrets,
        begin: (served) => secrets.onChange(() => served.announce({})),
      }));
    });
}

function addEnvironment(parent: Command, io: CliIo): void {
  addAllow(addBackendOptions(addGlobalOptions(parent.command('env')), 'env'))
    .description('For development: variables of the environment; all that is signed may have them')
    .option('--prefix <prefix>', 'only variables that begin so; keys are what follows', 'SECRET_')
    .action((options: DevelopmentOptions & { readonly prefix: string }, command: Command) =>
      runBackend(command, io, options, async () => ({
        source: new EnvironmentSecrets(io.env, options.prefix, options.allow),
        begin: () => () => {},
      })),
    );
}

function addAllow(command: Command): Command {
  return command.option(
    '--allow <public-key>',
    'a component (M…), provider (V…) or account (A…) that may have them, repeatable (default: all)',
    (key: string, before: readonly string[]) => [...before, key],
    [],
  );
}

interface Backend {
  readonly source: SecretsSource;
  /** What it does once it is served; the result ends that. */
  begin(served: ServedSecrets, logger: Logger): () => void;
}

async function runBackend(
  command: Command,
  io: CliIo,
  options: BackendOptions,
  open: (lattice: LatticeCommand) => Promise<Backend>,
): Promise<void> {
  const xkey = readKey(io, 'TRANSIT_XKEY_SEED');
  const logger = createLogger({
    name: `secrets.${options.name}`,
    level: 'info',
    format: 'text',
    write: (line) => io.err(`${line}\n`),
  });
  await onLattice(command, io, async (lattice) => {
    const { source, begin } = await open(lattice);
    const prefix = readTopic(options, io);
    const served = await serveSecrets({
      connection: lattice.connection,
      prefix,
      backend: options.name,
      source,
      logger,
      ...(xkey !== undefined && { xkey }),
    });
    const end = begin(served, logger);
    await lattice.connection.flush();
    io.out(`backend ${options.name} answers on ${prefix}.v1alpha1.${options.name}, Ctrl-C ends\n`);
    if (!io.signal.aborted) await once(io.signal, 'abort');
    end();
    await served.close();
  });
}

/** From variables alone: other users see the flags of a process. */
function readKey({ env }: CliIo, variable: string): XKey | undefined {
  const seed = env[variable];
  if (seed === undefined || seed === '') return undefined;
  try {
    return xkeyFromSeed(seed);
  } catch {
    throw usageError(`${variable} is no seed of a curve key`, 'it begins with SX and has 58 characters');
  }
}
