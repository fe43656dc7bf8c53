import { fork } from 'node:child_process';
import { UsageError } from '../options.js';
import type { FromMutantProcess } from './messages.js';
import { type MutationOptions, readMutationOptions } from './options.js';
import { badKinds, type MutantKind } from './try-mutant.js';

/** Mutants of one process; the next one begins with a heap of its own. */
const mutantsOfProcess = 5_000;

/** A process that says nothing for so long hangs, however busy the machine is. */
const silenceMs = 60_000;

/** What is printed of each kind that need not be. */
const mostExamples = 3;

class Tally {
  readonly #counts = new Map<string, number>();
  #isBad = false;

  add(kind: MutantKind | 'crashed' | 'hung', number: number, detail: string): void {
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    const isBad = kind === 'crashed' || kind === 'hung' || badKinds.includes(kind);
    this.#isBad ||= isBad;
    const isExample = kind === 'not-compiled' && count <= mostExamples;
    if (isBad || isExample) process.stdout.write(`mutant ${number}, ${kind}: ${detail}\n`);
  }

  get isBad(): boolean {
    return this.#isBad;
  }

  render(): string {
    const counts = [...this.#counts].sort(([, a], [, b]) => b - a);
    return counts.map(([kind, count]) => `${kind.padEnd(18)}${count}\n`).join('');
  }
}

/** Runs mutants in a process of their own; resolves to the number of the next one. */
function runSlice(tally: Tally, first: number, count: number, guests: string | undefined): Promise<number> {
  const child = fork(new URL('./mutant-process.js', import.meta.url), [
    String(first),
    String(count),
    guests ?? '',
  ]);
  let next = first;
  let hung = false;
  const give = (): NodeJS.Timeout =>
    setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, silenceMs);
  let watch = give();
  child.on('message', (message: FromMutantProcess) => {
    clearTimeout(watch);
    watch = give();
    if (message.kind !== 'ended') return;
    next = message.number + 1;
    tally.add(message.result.kind, message.number, message.result.detail);
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      clearTimeout(watch);
      if (next < first + count) {
        tally.add(hung ? 'hung' : 'crashed', next, `the process ended with ${code ?? signal}`);
        next++;
      }
      resolve(next);
    });
  });
}

async function main({ count, first, guests }: MutationOptions): Promise<number> {
  const tally = new Tally();
  const end = first + count;
  for (let next = first; next < end; ) {
    next = await runSlice(tally, next, Math.min(mutantsOfProcess, end - next), guests);
    process.stderr.write(`  ${next - first} mutants\n`);
  }
  process.stdout.write(`mutants ${first} to ${end - 1}\n\n${tally.render()}`);
  return tally.isBad ? 1 : 0;
}

try {
  process.exitCode = await main(readMutationOptions(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`mutations: ${error.message}\n`);
  process.exitCode = 2;
}
