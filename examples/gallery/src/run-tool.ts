import { spawn } from 'node:child_process';

export interface ToolRun {
  readonly cwd?: string;
  /** Added to the environment of this process. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A tool that could not be started, or did not exit with 0. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}

/** How much of what a failed tool printed is told, in characters: the end says why. */
const toldOutput = 2_000;

/**
 * Runs a program and resolves with what it printed on standard output.
 *
 * @throws ToolError with the end of the whole output
 */
export async function runTool(
  command: string,
  args: readonly string[],
  { cwd, env }: ToolRun = {},
): Promise<string> {
  const child = spawn(command, args, {
    ...(cwd !== undefined && { cwd }),
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  let all = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    printed += text;
    all += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    all += text;
  });
  const { promise, resolve, reject } = Promise.withResolvers<number | string>();
  child.once('error', (cause) => {
    reject(new ToolError(`${command} could not be started: ${cause.message}`, { cause }));
  });
  child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
  const exit = await promise;
  if (exit !== 0) {
    throw new ToolError(`${command} ${args[0] ?? ''} ended with ${exit}: ${all.trim().slice(-toldOutput)}`);
  }
  return printed;
}

/** The first line that the first of these programs prints which can be started at all; `undefined` if none can. */
export async function findTool(
  commands: readonly string[],
  args: readonly string[],
): Promise<{ command: string; line: string } | undefined> {
  for (const command of commands) {
    try {
      const [line = ''] = (await runTool(command, args)).split('\n');
      return { command, line: line.trim() };
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
    }
  }
  return undefined;
}
