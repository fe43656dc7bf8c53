import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { freePort, startChild } from '@wasmlattice/test-support';
import { root } from '../paths.mjs';
import { missingLine, parsePage } from './parse-page.mjs';

/** Ports that pages use; each run takes free ones in their place. */
const writtenPorts = ['4222', '8000', '8081', '8082', '8083'];

/** How long to wait for what a command that stays is to write, however busy the machine is. */
const patienceMs = 120_000;

/** A command of a page did not do what the page says. */
export class PageError extends Error {
  name = 'PageError';
}

/**
 * Does what a page says, in an empty folder, with `env`. What stays is ended in the end.
 *
 * @param env the reader's; without `HOME`, the folder is that
 * @param keepsPorts whether the ports are those that are written, for pages whose programs choose them by themselves
 * @throws PageError for a command that fails or lacks a line of what the page shows
 */
export async function runPage(path, { env, keepsPorts = false, onStep = () => {} }) {
  const { steps } = parsePage(await readFile(path, 'utf8'));
  const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-docs-'));
  const ports = new Map();
  if (!keepsPorts) for (const port of writtenPorts) ports.set(port, String(await freePort()));
  const shell = new PageShell(folder, { HOME: folder, ...env });
  const onLine = async (line, what, work) => {
    try {
      await work();
    } catch (error) {
      throw new PageError(`${path}:${line}: ${what}\n${error.message}`, { cause: error });
    }
  };
  const onMachine = (text) => text.replace(/\b\d{4}\b/g, (digits) => ports.get(digits) ?? digits);
  try {
    await shell.open();
    for (const step of steps) {
      if (step.kind === 'copy') await copy(step, resolve(shell.folder, step.to));
      else if (step.kind === 'file') await write(resolve(shell.folder, step.path), onMachine(step.text));
      else if (step.kind === 'shown') {
        await onLine(step.line, 'the command that stays', () =>
          shell.waitForOutput(step.expected.map(onMachine)),
        );
      } else {
        for (const [index, { line, command, expected }] of step.commands.entries()) {
          onStep(command);
          const shown = expected.map(onMachine);
          const stays = step.stays && index === step.commands.length - 1;
          await onLine(line, `$ ${command}`, () =>
            stays ? shell.start(onMachine(command), shown) : shell.run(onMachine(command), shown),
          );
        }
      }
    }
  } finally {
    await shell.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function copy({ from, replace }, to) {
  const source = join(root, from);
  if (replace === undefined) return cp(source, to, { recursive: true });
  const bytes = await readFile(source);
  const [before, after] = replace;
  if (!bytes.includes(before)) throw new Error(`${from} has no "${before}"`);
  for (let at = bytes.indexOf(before); at !== -1; at = bytes.indexOf(before, at)) bytes.write(after, at);
  await writeFile(to, bytes);
}

async function write(path, text) {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** A reader's terminal: the folder that one command changes into is where the next one runs, what it exports is kept. */
class PageShell {
  folder;
  #env;
  #state;
  #staying = [];

  constructor(folder, env) {
    this.folder = folder;
    this.#env = env;
  }

  async open() {
    this.#state = await mkdtemp(join(tmpdir(), 'wasmlattice-shell-'));
    await writeFile(join(this.#state, 'exports'), '');
  }

  async run(command, expected) {
    const [exports, here] = [join(this.#state, 'exports'), join(this.#state, 'folder')];
    const script = `. '${exports}'\n${command}\ncode=$?\nexport -p > '${exports}'\npwd > '${here}'\nexit $code`;
    await using child = startChild('bash', ['-c', script], this.#env, { cwd: this.folder });
    const code = await child.exited;
    if (code !== 0) throw new Error(`ends with ${code}:\n${child.output()}`);
    this.folder = (await readFile(here, 'utf8')).trim();
    const missing = missingLine(expected, child.output());
    if (missing !== undefined) throw new Error(`its output has no line "${missing}":\n${child.output()}`);
  }

  /** Resolves when it has written what is expected. */
  async start(command, expected) {
    const script = `. '${join(this.#state, 'exports')}'\nexec ${command}`;
    const child = startChild('bash', ['-c', script], this.#env, { cwd: this.folder, detached: true });
    this.#staying.push(child);
    await this.waitForOutput(expected);
  }

  /** Resolves when the last command that stays has written what is expected. */
  async waitForOutput(expected) {
    const child = this.#staying.at(-1);
    const ended = new AbortController();
    const tooLong = wait(patienceMs, undefined, { signal: ended.signal }).then(() => {
      const missing = missingLine(expected, child.output());
      throw new Error(`its output has no line "${missing}" so far:\n${child.output()}`);
    });
    try {
      await Promise.race([child.waitForOutput((text) => missingLine(expected, text) === undefined), tooLong]);
    } finally {
      ended.abort();
      await tooLong.catch(() => {});
    }
  }

  /** Ends what stays, the last one first, as Ctrl-C would. */
  async close() {
    for (const child of this.#staying.reverse()) {
      child.signal('SIGINT');
      await child.exited;
      await child[Symbol.asyncDispose]();
    }
    await rm(this.#state, { recursive: true, force: true });
  }
}
