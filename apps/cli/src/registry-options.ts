import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import {
  createHttpTransport,
  dockerConfigLogins,
  firstLogin,
  formatOciReference,
  LoginTable,
  parseOciReference,
  RegistryDirectory,
} from '@wasmlattice/artifacts';
import { type Command, Option } from 'commander';
import { CliError } from './cli-error.js';
import type { CliIo } from './cli-io.js';
import { exitCodes } from './exit-codes.js';
import { usageError } from './global-options.js';
import { addFreeOption, repeatedOption } from './option-forms.js';
import { readNamedFile } from './read-file.js';

/** How commands reach a registry; flags and variables are those of `wash`, but for the authorities. */
export interface RegistryOptions {
  readonly registry?: string;
  readonly user?: string;
  readonly password?: string;
  readonly insecure?: boolean;
  readonly insecureSkipTlsVerify?: boolean;
  readonly allowLatest?: boolean;
  readonly tlsCaPath?: readonly string[];
}

export function addRegistryOptions(command: Command): Command {
  const options = [
    new Option('-r, --registry <registry>', 'registry of a reference that names none [WASH_REG_URL]'),
    new Option(
      '-u, --user <user>',
      'user there; without one the Docker configuration says who to be [WASH_REG_USER]',
    ),
    new Option('-p, --password <password>', 'password; the variable is safer [WASH_REG_PASSWORD]'),
    new Option('--insecure', 'reach the registry over plain HTTP'),
    new Option('--insecure-skip-tls-verify', 'take any certificate'),
    new Option('--allow-latest', 'permit the tag latest, and references without a tag'),
    repeatedOption(
      '--tls-ca-path <file>',
      'PEM file of authorities to trust besides [WASMCLOUD_TLS_CA_PATH]',
    ),
  ];
  for (const option of options) addFreeOption(command, option.helpGroup('Registry options:'));
  return command;
}

/** The reference in full. @throws CliError for one without a registry, and without a tag where that is not permitted */
export function readReference(
  text: string,
  options: RegistryOptions,
  io: CliIo,
  verb: 'Pulling' | 'Pushing',
): string {
  const bare = text
    .trim()
    .replace(/^oci:\/\//, '')
    .toLowerCase();
  const registry = (options.registry ?? io.env.WASH_REG_URL ?? '').trim();
  // What names no registry is one of Docker Hub, which nobody means by it here.
  const isFull = /^(localhost(:\d+)?|\[[^\]]+\](:\d+)?|[^/]*[.:][^/]*)\//.test(bare);
  if (!isFull && registry === '') {
    throw usageError(
      `the reference \`${text}\` names no registry`,
      'write it as REGISTRY/NAME:TAG, or name the registry with --registry',
    );
  }
  const parsed = parseOciReference(isFull ? bare : `${registry}/${bare}`);
  if (parsed.tag === 'latest' && parsed.digest === undefined && options.allowLatest !== true) {
    throw new CliError(
      bare.endsWith(':latest')
        ? `${verb} artifacts with tag 'latest' is prohibited`
        : 'Registry URLs must have explicit tag',
      'name a version, or permit it with --allow-latest',
    );
  }
  return formatOciReference(parsed);
}

/** Registries as the options have them; to be closed. */
export async function openRegistries(
  options: RegistryOptions,
  io: CliIo,
  reference: string,
): Promise<RegistryDirectory> {
  const { registry } = parseOciReference(reference);
  const logins = new LoginTable();
  const [username, password] = [
    options.user ?? io.env.WASH_REG_USER,
    options.password ?? io.env.WASH_REG_PASSWORD,
  ];
  if (username && password) logins.put(registry, { kind: 'basic', username, password });
  const docker = dockerConfigLogins({ env: io.env, onProblem: (problem) => io.err(`warning: ${problem}\n`) });
  return new RegistryDirectory({
    logins: firstLogin(logins, docker),
    insecure: options.insecure === true ? [registry] : [],
    transport: createHttpTransport({
      authorities: await authorities(options, io),
      proxyEnv: io.env,
      skipVerification: options.insecureSkipTlsVerify === true,
    }),
  });
}

async function authorities({ tlsCaPath }: RegistryOptions, io: CliIo): Promise<string[]> {
  const files = tlsCaPath ?? (io.env.WASMCLOUD_TLS_CA_PATH || undefined)?.split(',') ?? [];
  const texts = await Promise.all(
    files.map(async (file) => {
      const text = Buffer.from(await readNamedFile(io, file)).toString('latin1');
      const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
      if (found !== null) return found;
      throw new CliError(`the file \`${file}\` holds no certificate`, 'name a PEM file with --tls-ca-path', {
        exitCode: exitCodes.usage,
      });
    }),
  );
  return texts.flat();
}

/** Where hosts of this user keep artifacts, too. */
export function artifactFolder(io: CliIo): string {
  const base =
    io.env.WASMLATTICE_CACHE ||
    join(io.env.XDG_CACHE_HOME || join(io.env.HOME || homedir(), '.cache'), 'wasmlattice');
  return join(resolve(io.cwd, base), 'artifacts');
}
