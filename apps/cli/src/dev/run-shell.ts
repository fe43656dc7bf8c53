import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, join } from 'node:path';

export interface ShellResult {
  /** The exit code; 128 and more for a signal, as shells have it. */
  readonly code: number;
  /** Standard output and error as they came. */
  readonly output: string;
}

/** Runs a command of a package's script as npm does: in its folder, with its programs on the PATH. Never rejects. */
export async function runShell(
  command: string,
  { folder, signal }: { readonly folder: string; readonly signal: AbortSignal },
): Promise<ShellResult> {
  const path = [join(folder, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter);
  const child = spawn('/bin/sh', ['-c', command], {
    cwd: folder,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, so that all of it can be ended.
    detached: true,
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const end = (): void => {
    if (child.pid === undefined) return;
    try {
      process.kill(-child.pid, 'SIGTERM');
    } catch {
      // It has ended by itself.
    }
  };
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    const [code] = await once(child, 'close');
    return { code: typeof code === 'number' ? code : 143, output };
  } catch (error) {
    return { code: 127, output: String(error) };
  } finally {
    signal.removeEventListener('abort', end);
  }
}
