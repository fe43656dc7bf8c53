import { createXKey } from '@wasmlattice/identity';
import { type Child, startChild, type TestNatsServer } from '@wasmlattice/test-support';
import { paths } from './paths.js';

/** A backend on NATS KV, as the command line runs it. */
export interface SecretsBackend extends AsyncDisposable {
  readonly child: Child;
  /** Stores a secret, under its key, and resolves with the version it has now. */
  put(key: string, value: string): Promise<string>;
  allow(publicKey: string, ...keys: readonly string[]): Promise<void>;
  /** All that its commands wrote so far. */
  output(): string;
}

type Nats = Pick<TestNatsServer, 'host' | 'port'>;

/** @param seed of the key that seals what is stored: for a backend that goes on with what another has stored */
export async function startSecretsBackend(
  nats: Nats,
  seed: string = createXKey().seed(),
): Promise<SecretsBackend> {
  const environment = { PATH: process.env.PATH, HOME: process.env.HOME, ...serverOf(nats) };
  const start = (env: Readonly<Record<string, string>>, ...args: readonly string[]): Child =>
    startChild(process.execPath, [paths.cli, 'secrets', ...args], { ...environment, ...env });
  const child = start({ ENCRYPTION_XKEY_SEED: seed }, 'serve', 'nats-kv');
  await child.waitForLine(/Ctrl-C ends/);
  let written = '';
  const run = async (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string> => {
    await using command = start(env, ...args);
    const code = await command.exited;
    written += command.output();
    if (code !== 0) throw new Error(`secrets ${args.join(' ')} ended with ${code}: ${command.output()}`);
    return command.output();
  };
  return {
    child,
    async put(key, value) {
      const output = await run({ VALUE: value }, 'store', 'put', key, '--from-variable', 'VALUE');
      return /version (\d+)/.exec(output)?.[1] ?? '';
    },
    async allow(publicKey, ...keys) {
      await run({}, 'store', 'allow', publicKey, ...keys);
    },
    output: () => child.output() + written,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

function serverOf({ host, port }: Nats): Readonly<Record<string, string>> {
  return { WASMCLOUD_CTL_HOST: host, WASMCLOUD_CTL_PORT: String(port) };
}
