import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { positionMapper } from '@wasmlattice/wasm-runtime';
import type { CliIo } from '../cli-io.js';
import { describeFailure } from '../describe-failure.js';
import { exitCodes } from '../exit-codes.js';
import type { Builder, BuildOutcome } from './builder.js';
import { CommandBuilder } from './command-builder.js';
import type { DevSettings } from './dev-application.js';
import { startDevHost } from './dev-host.js';
import { DevLattice } from './dev-lattice.js';
import { DevServing } from './dev-serving.js';
import { GuestBuilder } from './guest-builder.js';
import { plannedAddresses } from './planned-addresses.js';
import { assertFree } from './ports.js';
import type { DevProject } from './project.js';
import { ProviderBuilder } from './provider-builder.js';
import { serveRequestDebugger } from './request-debugger.js';
import { runShell } from './run-shell.js';
import { DevTerminal } from './terminal.js';
import { type FolderWatch, watchFolder } from './watch-folder.js';

export interface DevOptions extends DevSettings {
  readonly project: DevProject;
  /** Shows all that the host logs. */
  readonly verbose: boolean;
}

const lattice = 'dev';

/**
 * Builds what is in a folder, serves it on a host of its own, and does so again whenever a source changes, until Ctrl-C. Returns the exit code.
 *
 * @throws CliError when the host does not start
 */
export async function runDev(options: DevOptions, io: CliIo): Promise<number> {
  const { project, verbose } = options;
  const terminal = new DevTerminal(io, { verbose, showsProviders: project.kind === 'provider' });
  for (const address of await plannedAddresses(options)) await assertFree(address);
  await using stack = new AsyncDisposableStack();
  const temp = await mkdtemp(join(tmpdir(), 'wasmlattice-dev-'));
  stack.defer(() => rm(temp, { recursive: true, force: true, maxRetries: 3 }));
  const watch = stack.use(
    await watchFolder(project.folder, project.manifest === undefined ? [] : [project.manifest]),
  );
  const ended = new AbortController();
  const signal = AbortSignal.any([io.signal, ended.signal]);
  const builder = stack.use(openBuilder(project, join(temp, 'built'), terminal, signal));
  // What is under way when something else fails has come to nothing.
  stack.defer(() => ended.abort());
  const loop = new DevLoop({ ...options, builder, io, signal, terminal, watch });
  terminal.say(
    `building ${relative(io.cwd, project.artifact) || project.artifact} and starting a host; Ctrl-C ends both`,
  );
  try {
    const first = loop.build();
    first.then(
      (outcome) => loop.tellFailure(outcome),
      () => {},
    );
    const host = stack.use(
      await startDevHost({
        dataDir: join(temp, 'data'),
        lattice,
        onRecord: (record) => terminal.record(record),
        signal: io.signal,
      }),
    );
    const died = host.exited.then(() => ended.abort(new Error('the host ended by itself')));
    const connection = stack.use(await DevLattice.connect(host, lattice, signal));
    const serving = new DevServing({ ...options, lattice: connection, terminal });
    const debug = stack.use(
      await serveRequestDebugger({
        host,
        lattice,
        positions: (text) => terminal.shown(text),
        address: () => serving.address,
      }),
    );
    terminal.say(`requests, as they come: ${debug.url}`);
    await loop.run(serving, first);
    await died;
  } catch (error) {
    if (io.signal.aborted) {
      terminal.say('stopping');
      return exitCodes.success;
    }
    if (ended.signal.aborted) {
      terminal.problem('the host ended by itself; its last words are above');
      return exitCodes.failure;
    }
    throw error;
  }
  return exitCodes.failure;
}

function openBuilder(
  project: DevProject,
  outDir: string,
  terminal: DevTerminal,
  signal: AbortSignal,
): Builder {
  switch (project.kind) {
    case 'guest':
      return new GuestBuilder({ project, outDir, note: (message) => terminal.say(message) });
    case 'command':
      return new CommandBuilder({ project, outDir, signal });
    case 'provider':
      return new ProviderBuilder({ project, outDir, signal });
  }
}

interface LoopOptions extends DevOptions {
  readonly builder: Builder;
  readonly io: CliIo;
  readonly signal: AbortSignal;
  readonly terminal: DevTerminal;
  readonly watch: FolderWatch;
}

/** Builds and serves, one change after the other. */
class DevLoop {
  readonly #options: LoopOptions;
  #checks = new AbortController();

  constructor(options: LoopOptions) {
    this.#options = options;
  }

  async build(): Promise<BuildOutcome> {
    const { builder, project, watch } = this.#options;
    this.#checks.abort();
    const outcome = await builder.build();
    // Build scripts write into the folder, too: generated types for example.
    if (project.kind !== 'guest') await watch.settle();
    return outcome;
  }

  tellFailure(outcome: BuildOutcome, serving?: DevServing): void {
    if (outcome.kind === 'built' || this.#options.signal.aborted) return;
    const message = positionMapper(outcome.map)(outcome.message);
    this.#options.terminal.problem(`the build failed${serving?.state ?? ''}:\n${message}`);
  }

  /** Runs until the signal, whose reason it throws. */
  async run(serving: DevServing, first: Promise<BuildOutcome>): Promise<never> {
    const { signal, watch } = this.#options;
    await this.#serve(serving, await orAbort(first, signal), undefined);
    for (;;) {
      const { paths, since } = await watch.changes(signal);
      this.#options.terminal.say(`changed: ${shownPaths(paths)}`);
      const outcome = await orAbort(this.build(), signal);
      this.tellFailure(outcome, serving);
      await this.#serve(serving, outcome, since);
    }
  }

  async #serve(serving: DevServing, outcome: BuildOutcome, since: number | undefined): Promise<void> {
    const { signal, terminal } = this.#options;
    if (outcome.kind === 'failed') return;
    try {
      await serving.serve(outcome, since);
      terminal.positions = positionMapper(outcome.map);
    } catch (error) {
      if (signal.aborted) throw error;
      terminal.problem(`it can't be served${serving.state}: ${describeWithCheck(error)}`);
      return;
    }
    void this.#check();
  }

  /** What the build script does besides the component: it has time until the next change. */
  async #check(): Promise<void> {
    const { project, signal, terminal } = this.#options;
    if (project.kind !== 'guest' || project.checks === undefined) return;
    this.#checks = new AbortController();
    const { signal: changed } = this.#checks;
    const { code, output } = await runShell(project.checks, {
      folder: project.folder,
      signal: AbortSignal.any([signal, changed]),
    });
    if (code === 0 || signal.aborted || changed.aborted) return;
    terminal.problem(`it is served, but \`${project.checks}\` of the build script says:\n${output.trim()}`);
  }
}

function describeWithCheck(error: unknown): string {
  const failure = describeFailure(error);
  if (failure === undefined) return error instanceof Error ? error.message : String(error);
  return failure.check === undefined ? failure.message : `${failure.message}\ncheck: ${failure.check}`;
}

/** @throws the signal's reason as soon as it aborts */
function orAbort<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const aborted = new Promise<never>((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => {});
  return Promise.race([work, aborted]);
}

function shownPaths(paths: readonly string[]): string {
  const [first = '', ...others] = paths;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
