import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { findPython, installPythonPackage, MissingToolchainError } from '@wasmlattice/example-gallery';
import { cacheFolder } from '../cache-folder.js';
import { reportProgress } from '../guests/gallery-guest.js';
import type { Skipped } from '../measurement.js';

const wasmtime = { name: 'wasmtime', version: '50.0.1' };

/** The program is no part of what is built. */
const program = fileURLToPath(new URL('../../src/baselines/wasmtime_greet.py', import.meta.url));

/** Calls `greet` of a component, each time in a new instance, in wasmtime by its package for Python. */
export interface WasmtimeGreet extends AsyncDisposable {
  readonly title: string;
  /** Median ms of so many calls, from the instantiation to the end of the instance. */
  callMs(calls: number): Promise<number>;
}

/** Installs wasmtime unless it is there, or says why that can't be done. The first start compiles for half a minute. */
export async function startWasmtimeGreet(file: string): Promise<WasmtimeGreet | Skipped> {
  try {
    const toolFolder = join(cacheFolder, 'gallery-tools');
    const folder = await installPythonPackage(await findPython(), {
      ...wasmtime,
      toolFolder,
      report: reportProgress,
    });
    return run(join(folder, 'bin/python'), [program, file, join(folder, `${basename(file)}.code`)]);
  } catch (error) {
    if (error instanceof MissingToolchainError) return { skipped: error.message };
    throw error;
  }
}

function run(python: string, args: readonly string[]): WasmtimeGreet {
  const child = spawn(python, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  // What it does not read any more it does not answer either.
  child.stdin.on('error', () => undefined);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return {
    title: `${wasmtime.name} ${wasmtime.version}`,
    async callMs(calls) {
      child.stdin.write(`${calls}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('wasmtime ended before it had called the guest');
      return Number(value);
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      await exited;
    },
  };
}
