import { type ChildProcess, fork } from 'node:child_process';
import { on, once } from 'node:events';
import type { Builder, BuildOutcome } from './builder.js';
import type { GuestProject } from './project.js';

export interface GuestBuilderOptions {
  readonly project: Pick<GuestProject, 'program' | 'arguments' | 'folder'>;
  /** Where components go. */
  readonly outDir: string;
  /** What the build has to say while it is under way. */
  readonly note: (message: string) => void;
  /** How long one build may take; the first one for a world makes its engine. */
  readonly timeoutMs?: number;
}

/** Builds in a process of guest-build, which keeps the engine. A build that does not end takes its process along, and the next one gets a new one. */
export class GuestBuilder implements Builder {
  readonly #options: GuestBuilderOptions;
  #child: ChildProcess | undefined;

  constructor(options: GuestBuilderOptions) {
    this.#options = options;
  }

  async build(): Promise<BuildOutcome> {
    const { timeoutMs = 180_000 } = this.#options;
    const child = this.#child ?? this.#start();
    this.#child = child;
    const ended = new AbortController();
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    let said = '';
    const hear = (chunk: Buffer): void => {
      said = `${said}${chunk.toString()}`.slice(-2_000);
    };
    child.stderr?.on('data', hear);
    try {
      const exit = once(child, 'exit', { signal: ended.signal }).then(([code, signal]) => {
        const how =
          signal === 'SIGKILL'
            ? `it took longer than ${timeoutMs / 1_000} s`
            : `its process ended: ${code ?? signal}`;
        return failed(`the build gave up: ${how}${said === '' ? '' : `\n${said.trim()}`}`);
      });
      exit.catch(() => {});
      const answer = this.#answer(child, ended.signal);
      answer.catch(() => {});
      child.send({ kind: 'build' });
      return await Promise.race([answer, exit]);
    } finally {
      clearTimeout(timer);
      ended.abort();
      child.stderr?.off('data', hear);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
  }

  #start(): ChildProcess {
    const { outDir, project } = this.#options;
    const child = fork(project.program, [...project.arguments, '--out', outDir, '--on-request'], {
      cwd: project.folder,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // Ctrl-C is for the loop, which ends what it has started.
      detached: true,
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => this.#options.note(chunk.toString().trimEnd()));
    }
    child.on('error', () => {});
    // One that ends between two builds is not asked again.
    child.once('exit', () => {
      if (this.#child === child) this.#child = undefined;
    });
    return child;
  }

  async #answer(child: ChildProcess, signal: AbortSignal): Promise<BuildOutcome> {
    for await (const [message] of on(child, 'message', { signal })) {
      const answer = readAnswer(message);
      if (answer.kind !== 'note') return answer;
      this.#options.note(answer.message);
    }
    throw signal.reason;
  }
}

function readAnswer(message: unknown): BuildOutcome | { readonly kind: 'note'; readonly message: string } {
  const { kind, map, message: text, path, world } = message as Readonly<Record<string, unknown>>;
  const source = typeof map === 'string' ? map : undefined;
  if (kind === 'built' && typeof path === 'string') {
    return { kind, path, map: source, world: typeof world === 'string' ? world : undefined };
  }
  if (kind === 'note') return { kind, message: String(text) };
  if (kind === 'failed') return { kind, message: String(text), map: source };
  return failed(
    `guest-build answers what is not understood: ${JSON.stringify(message)}; install matching versions of it and of the command line`,
  );
}

function failed(message: string): BuildOutcome {
  return { kind: 'failed', message, map: undefined };
}
