import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { Case, CaseOutcome } from '../case.js';

/** The program is no part of what is built. */
const program = fileURLToPath(new URL('../../../src/differential/wasmtime/driver.py', import.meta.url));

/** Wasmtime by its package for Python, in a process that is started again when a case ends it. */
export class WasmtimeEngine implements AsyncDisposable {
  readonly #python: string;
  #process: { readonly child: ChildProcess; readonly lines: AsyncIterator<string> } | undefined;

  /** @param python an interpreter that has the package `wasmtime` */
  constructor(python: string) {
    this.#python = python;
  }

  async run(bytes: Uint8Array, { host, calls, isAsync }: Case): Promise<CaseOutcome> {
    const { child, lines } = this.#start();
    const component = Buffer.from(bytes).toString('base64');
    child.stdin?.write(`${JSON.stringify({ component, host, calls, isAsync })}\n`);
    const { value, done } = await lines.next();
    if (!done) return JSON.parse(value) as CaseOutcome;
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    this.#process = undefined;
    return { kind: 'refused', message: `the process ended: ${child.signalCode ?? child.exitCode}` };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#process?.child;
    if (child === undefined || child.exitCode !== null) return;
    child.stdin?.end();
    await once(child, 'exit');
  }

  #start(): { readonly child: ChildProcess; readonly lines: AsyncIterator<string> } {
    if (this.#process !== undefined) return this.#process;
    const child = spawn(this.#python, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
    // What it does not read any more it does not answer either.
    child.stdin.on('error', () => undefined);
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    this.#process = { child, lines };
    return this.#process;
  }
}
