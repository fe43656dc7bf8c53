import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { LoginSource, RegistryLogin } from './credentials.js';

export interface DockerConfigOptions {
  /** Where `DOCKER_CONFIG`, `HOME` and, for credential helpers, `PATH` are read. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Called when the file or a helper can't be used; requests are anonymous then. */
  readonly onProblem?: (problem: string) => void;
}

interface DockerConfig {
  readonly auths?: Readonly<Record<string, DockerAuth>>;
  readonly credHelpers?: Readonly<Record<string, string>>;
  readonly credsStore?: string;
}

interface DockerAuth {
  readonly auth?: string;
  readonly username?: string;
  readonly password?: string;
  readonly identitytoken?: string;
  readonly registrytoken?: string;
}

/** What a helper may take, in ms: some ask a network service. */
const helperTimeoutMs = 20_000;

/** Logins of `docker login`, `oras login` and others: `$DOCKER_CONFIG/config.json`, its helpers included. Read at each look-up. */
export function dockerConfigLogins({ env, onProblem = () => {} }: DockerConfigOptions): LoginSource {
  const file = join(env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker'), 'config.json');
  return {
    async loginFor(registry) {
      const config = await readConfig(file, onProblem);
      const helper = helperFor(config, registry);
      if (helper !== undefined) {
        const login = await askHelper(helper, registry, env, onProblem);
        if (login !== undefined) return login;
      }
      return loginFrom(authFor(config, registry));
    },
  };
}

async function readConfig(file: string, onProblem: (problem: string) => void): Promise<DockerConfig> {
  try {
    const config: unknown = JSON.parse(await readFile(file, 'utf8'));
    return typeof config === 'object' && config !== null ? config : {};
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTDIR') {
      // Not the error's text: that of JSON.parse quotes the file.
      onProblem(`the Docker configuration '${file}' can't be read: ${code ?? 'it is no JSON'}`);
    }
    return {};
  }
}

/** The names under which Docker keeps a registry, its own way for Docker Hub among them. */
function namesOf(registry: string): string[] {
  const hub = ['https://index.docker.io/v1/', 'index.docker.io', 'registry-1.docker.io'];
  return [registry, `https://${registry}`, `http://${registry}`, ...(registry === 'docker.io' ? hub : [])];
}

function helperFor({ credHelpers = {}, credsStore }: DockerConfig, registry: string): string | undefined {
  for (const name of namesOf(registry)) {
    if (Object.hasOwn(credHelpers, name)) return credHelpers[name];
  }
  return credsStore === '' ? undefined : credsStore;
}

function authFor({ auths = {} }: DockerConfig, registry: string): DockerAuth | undefined {
  const wanted = namesOf(registry);
  for (const [key, auth] of Object.entries(auths)) {
    // Older files have paths, such as https://ghcr.io/v2/.
    if (wanted.includes(key) || wanted.includes(key.replace(/\/(v[12]\/?)?$/, ''))) return auth;
  }
  return undefined;
}

function loginFrom(entry: DockerAuth | undefined): RegistryLogin | undefined {
  if (entry === undefined || entry === null) return undefined;
  if (entry.identitytoken) return { kind: 'identity', token: entry.identitytoken };
  if (entry.registrytoken) return { kind: 'bearer', token: entry.registrytoken };
  if (entry.auth) {
    const text = Buffer.from(entry.auth, 'base64').toString('utf8');
    const colon = text.indexOf(':');
    if (colon > 0) {
      return { kind: 'basic', username: text.slice(0, colon), password: text.slice(colon + 1) };
    }
  }
  if (entry.username && entry.password) {
    return { kind: 'basic', username: entry.username, password: entry.password };
  }
  return undefined;
}

/** `docker-credential-NAME get`, as its protocol has it: the registry on standard input, JSON on standard output. */
async function askHelper(
  helper: string,
  registry: string,
  env: DockerConfigOptions['env'],
  onProblem: (problem: string) => void,
): Promise<RegistryLogin | undefined> {
  if (!/^[\w.-]+$/.test(helper)) {
    onProblem(
      `the Docker configuration names the credential helper '${helper}', which is no name of a program`,
    );
    return undefined;
  }
  const server = registry === 'docker.io' ? 'https://index.docker.io/v1/' : registry;
  const program = `docker-credential-${helper}`;
  const { stdout, failure } = await runHelper(program, server, env);
  if (failure !== undefined) {
    // Helpers say so on standard output when they simply have none.
    if (!/credentials not found/i.test(stdout)) {
      onProblem(`the credential helper '${program}' failed for ${registry}: ${failure}`);
    }
    return undefined;
  }
  try {
    const { Username, Secret } = JSON.parse(stdout) as { Username?: unknown; Secret?: unknown };
    if (typeof Username !== 'string' || typeof Secret !== 'string' || Secret === '') return undefined;
    return Username === '<token>'
      ? { kind: 'identity', token: Secret }
      : { kind: 'basic', username: Username, password: Secret };
  } catch {
    onProblem(`the credential helper '${program}' did not answer in JSON`);
    return undefined;
  }
}

function runHelper(
  program: string,
  input: string,
  env: DockerConfigOptions['env'],
): Promise<{ stdout: string; failure: string | undefined }> {
  return new Promise((resolve) => {
    const options = { env: { ...env }, timeout: helperTimeoutMs, maxBuffer: 1 << 20 };
    const child = execFile(program, ['get'], options, (error, stdout) => {
      const failure =
        error === null
          ? undefined
          : error.code === 'ENOENT'
            ? 'it is not on the PATH'
            : 'it ended with an error';
      resolve({ stdout, failure });
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}
