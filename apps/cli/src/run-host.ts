import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { guardAgainstDeath } from '@wasmlattice/host/death-guard';
import { CliError } from './cli-error.js';

/** Signals that mean the host when they come to its parent. */
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

/** What a host that somebody starts at a terminal is told, by variable; what is set already stays. */
const developmentDefaults: Readonly<Record<string, string>> = {
  WASMLATTICE_DEVELOPMENT_MODE: 'true',
  // What was just built, as with `wash up`.
  WASMCLOUD_ALLOW_FILE_LOAD: 'true',
  // The public Internet: `fetch()` in a component works, and reaches nothing of this machine or its networks.
  WASMLATTICE_HTTP_CLIENT_ALLOW: '*',
  // Applications run, and come back, without a service beside the host.
  WASMLATTICE_RECONCILE: 'true',
  // Somebody reads along; tools ask for inventories all the time.
  WASMLATTICE_AUDIT_SCOPE: 'changes',
};

/** Runs the program of `@wasmlattice/host` in development mode unless a flag or variable says otherwise, see {@link runForeground}. */
export async function runHost(flags: readonly string[]): Promise<number> {
  return runForeground(await hostProgram(), flags, developmentEnvironment(process.env));
}

/** The environment of such a host. An empty variable counts as absent, as it does for the host. */
export function developmentEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const entries = Object.entries(developmentDefaults).map(([name, value]) => [name, env[name] || value]);
  return { ...env, ...Object.fromEntries(entries) };
}

/**
 * Runs a Node.js program with this process's streams, and its environment unless another is given. Signals are passed on: the program decides what
 * they mean and when it is done. It is asked to stop (SIGTERM) when this process dies, however it dies. Returns its exit code, or 128 and the number of the signal it died of.
 */
export async function runForeground(
  program: string,
  flags: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const child = spawn(process.execPath, [program, ...flags], { stdio: 'inherit', env });
  const forward = (signal: NodeJS.Signals): void => {
    child.kill(signal);
  };
  const guard = child.pid === undefined ? undefined : guardAgainstDeath(child.pid);
  for (const signal of forwarded) process.on(signal, forward);
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
  } finally {
    for (const signal of forwarded) process.off(signal, forward);
    guard?.dismiss();
  }
}

/** The path of the program that the host's package declares. */
export async function hostProgram(): Promise<string> {
  const manifestUrl = import.meta.resolve('@wasmlattice/host/package.json');
  const manifest: unknown = JSON.parse(await readFile(fileURLToPath(manifestUrl), 'utf8'));
  const bin =
    typeof manifest === 'object' && manifest !== null && 'bin' in manifest ? manifest.bin : undefined;
  const program =
    typeof bin === 'object' && bin !== null && 'wasmlattice-host' in bin
      ? bin['wasmlattice-host']
      : undefined;
  if (typeof program !== 'string') {
    throw new CliError(
      '@wasmlattice/host has no program `wasmlattice-host`',
      'install matching versions of both packages',
    );
  }
  return fileURLToPath(new URL(program, manifestUrl));
}
