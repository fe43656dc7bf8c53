import { open } from 'node:fs/promises';
import { parse, resolve } from 'node:path';
import { providerMachine, providerTarget } from '@wasmlattice/artifacts';
import { formatProblem, headBytes } from '@wasmlattice/provider-host';
import { type Command, Option } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { exitCodes } from '../exit-codes.js';
import { usageError } from '../global-options.js';
import { readNamedFile } from '../read-file.js';
import { bundleProvider } from './bundle-provider.js';
import { findProviderEntry } from './find-entry.js';
import { makeSingleExecutable } from './single-executable.js';

/** What says which program goes into an archive, and for which machine. */
export interface ProgramOptions {
  readonly binary?: string;
  readonly source?: string;
  readonly runtime?: string;
  readonly withoutRuntime?: boolean;
  readonly arch: string;
}

/** A program of a provider. */
export interface ProviderProgram {
  readonly target: string;
  readonly bytes: Uint8Array;
  /** What files and keys of it are named after. */
  readonly name: string;
  /** What the user called it. */
  readonly given: string;
}

const here = providerTarget(process.arch, process.platform);

export function addProgramOptions(command: Command): Command {
  return command
    .option('-b, --binary <file>', 'its program, compiled')
    .option(
      '--source <path>',
      'or its JavaScript or TypeScript, a file or a folder, of which a program is made',
    )
    .option(
      '--runtime <node>',
      'the Node.js to put into the program (default: the one that runs this command)',
    )
    .option('--without-runtime', 'put none into it: the host runs it with its own Node.js')
    .addOption(new Option('-a, --arch <target>', 'machine of the program, e.g. x86_64-linux').default(here));
}

/**
 * The program that the options name, made if it has to be.
 *
 * @throws CliError for options that say nothing or too much, and for what can't be read or made
 */
export async function readProgram(io: CliIo, options: ProgramOptions): Promise<ProviderProgram> {
  const target = readTarget(options.arch);
  const { binary, source } = options;
  if (binary !== undefined && source !== undefined) {
    throw usageError('--binary and --source exclude each other', 'leave one out');
  }
  if (binary !== undefined) {
    return { target, bytes: await readNamedFile(io, binary), name: parse(binary).name, given: binary };
  }
  if (source === undefined) {
    throw usageError(
      'nothing says which program',
      'give --binary PROGRAM, or --source for JavaScript or TypeScript',
    );
  }
  const runtime = await readRuntime(io, options, target);
  const { file, name } = await findProviderEntry(resolve(io.cwd, source));
  const module = await bundleProvider(file);
  const bytes =
    runtime === undefined
      ? Buffer.from(`#!/usr/bin/env node\n${module}`)
      : await makeSingleExecutable(module, runtime);
  return { target, bytes, name, given: source };
}

/** @throws CliError for what is no target, and for names that mean something else in archives */
function readTarget(text: string): string {
  if (/^[a-z0-9_]+-[a-z0-9_]+$/.test(text)) return text;
  throw usageError(
    `the architecture is \`${text}\``,
    'write it as ARCH-OS, e.g. x86_64-linux or aarch64-macos',
  );
}

/** The Node.js to bundle; `undefined` for none. */
async function readRuntime(
  io: CliIo,
  { runtime: given, withoutRuntime = false }: ProgramOptions,
  target: string,
): Promise<string | undefined> {
  if (withoutRuntime && given !== undefined) {
    throw usageError('--runtime and --without-runtime exclude each other', 'leave one out');
  }
  if (withoutRuntime) return undefined;
  if (given === undefined) {
    if (target === here) return process.execPath;
    throw usageError(
      `the Node.js of this command is for ${here}, not for ${target}`,
      'give --runtime one for that machine, or leave it out with --without-runtime',
    );
  }
  const path = resolve(io.cwd, given);
  const problem = formatProblem(await readHead(path, given), providerMachine(target));
  if (problem === undefined) return path;
  throw usageError(`the Node.js \`${given}\` ${problem}`, `give --runtime a Node.js for ${target}`);
}

async function readHead(path: string, given: string): Promise<Uint8Array> {
  try {
    await using file = await open(path);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(headBytes), 0, headBytes, 0);
    return buffer.subarray(0, bytesRead);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new CliError(`the Node.js \`${given}\` can't be read: ${reason}`, 'check the path', {
      cause,
      exitCode: exitCodes.usage,
    });
  }
}
