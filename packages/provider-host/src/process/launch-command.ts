import { constants } from 'node:fs';
import { access, open, realpath } from 'node:fs/promises';
import { extname } from 'node:path';
import { formatProblem, headBytes, type Machine } from './executable-format.js';

/** How to start a provider's executable. */
export interface LaunchCommand {
  readonly command: string;
  readonly args: readonly string[];
}

/** An executable that can't be started; the message names the file and what to check. */
export class LaunchError extends Error {
  override readonly name = 'LaunchError';
}

/** What Node.js runs by itself; of TypeScript it drops the types. */
const nodeExtensions: ReadonlySet<string> = new Set(['.js', '.mjs', '.ts', '.mts']);

/**
 * Let a provider give back the memory that only its start needed, and keep V8's optimising compiler, 3 MB of code, out of memory until
 * something is called 2,000 times: at 400, V8's default, the first to be compiled is how Node.js splits the paths of modules.
 */
export const nodeFlags: readonly string[] = ['--expose-gc', '--invocation-count-for-maglev=2000'];

/**
 * Decides how to start `file`, and finds out before spawning why it could not be.
 *
 * JavaScript and TypeScript, known by extension or by a first line `#!` that names node, run with the Node.js at
 * `nodePath`, the host's own: providers get no PATH, so `#!/usr/bin/env node` would find none. Anything else must be
 * executable.
 *
 * Rejects with a {@link LaunchError}.
 */
export async function launchCommand(
  file: string,
  nodePath: string,
  machine: Machine = process,
): Promise<LaunchCommand> {
  // Node.js looks for packages beside the real file, not beside a link to it.
  const path = await realpath(file).catch((cause: unknown) => {
    throw new LaunchError(`there is no file ${file}: check the path of the provider reference`, { cause });
  });
  const head = await readHead(path);
  const extension = extname(path);
  if (nodeExtensions.has(extension) || namesNode(head)) {
    return { command: nodePath, args: [...nodeFlags, path] };
  }
  await access(path, constants.X_OK).catch((cause: unknown) => {
    throw new LaunchError(`${file} is not executable: mark it with "chmod +x"`, { cause });
  });
  const problem = head === undefined ? undefined : formatProblem(head, machine);
  if (problem !== undefined) throw new LaunchError(`${file} ${problem}`);
  return { command: path, args: [] };
}

/** `undefined` for a file that may not be read; it may still be executable. */
async function readHead(path: string): Promise<Uint8Array | undefined> {
  try {
    const file = await open(path, 'r');
    try {
      if (!(await file.stat()).isFile()) throw new LaunchError(`${path} is not a file`);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  } catch (error) {
    if (isCode(error, 'EACCES')) return undefined;
    throw error;
  }
}

function namesNode(head: Uint8Array | undefined): boolean {
  const [line = ''] = new TextDecoder('latin1').decode(head).split('\n', 1);
  return line.startsWith('#!') && /(^|[\s/])node(\s|$)/.test(line.slice(2).trim());
}

/** Says what the operating system's refusal to start `file` means. */
export function describeSpawnFailure(file: string, cause: unknown): LaunchError {
  if (isCode(cause, 'ENOENT')) {
    return new LaunchError(
      `${file}, or the interpreter or loader it names, does not exist: providers get no PATH, so a "#!" line must give a full path`,
      { cause },
    );
  }
  if (isCode(cause, 'EACCES')) {
    return new LaunchError(`the host may not run ${file}: check its permissions and those of its folder`, {
      cause,
    });
  }
  return new LaunchError(`${file} could not be run: ${String(cause)}`, { cause });
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
