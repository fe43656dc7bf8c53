import { freePort, startWasmcloudHost } from '@wasmlattice/test-support';
import { difference, type Names } from './compare.js';
import type { Interop } from './interop.js';
import { startOurHost } from './our-host.js';
import { createWash, type Wash, type WashOutcome } from './wash.js';
import { washSteps } from './wash-commands.js';

const area = 'wash';

/** One of the two lattices that get the same commands. */
interface Side {
  readonly wash: Wash;
  readonly port: number;
  readonly values: Readonly<Record<string, string>>;
  readonly names: Names;
}

/** Gives the same commands to a host of theirs and to one of ours, in a lattice each, and compares what `wash` says. */
export async function compareWashCommands({ nats, tools, home, files, report }: Interop): Promise<void> {
  const lattices = { theirs: 'lattice-theirs', ours: 'lattice-ours' };
  await using theirHost = await startWasmcloudHost({
    program: tools.wasmcloud,
    nats,
    lattice: lattices.theirs,
  });
  await using ourHost = await startOurHost({ nats, args: ['--lattice', lattices.ours] });
  const side = async (host: { readonly id: string }, lattice: string): Promise<Side> => {
    const port = await freePort();
    return {
      wash: createWash({ program: tools.wash, nats, lattice, home }),
      port,
      values: { ...files, host: host.id, port: String(port) },
      names: new Map([
        [host.id, 'HOST'],
        [lattice, 'LATTICE'],
        [`:${port}`, ':PORT'],
      ]),
    };
  };
  const theirs = await side(theirHost, lattices.theirs);
  const ours = await side(ourHost, lattices.ours);
  for (const { command, differs } of washSteps) {
    const outcomes = await Promise.all([run(theirs, command), run(ours, command)]);
    const found = difference(
      { outcome: outcomes[0], names: theirs.names },
      { outcome: outcomes[1], names: ours.names },
    );
    const sameExit = outcomes[0].exit === outcomes[1].exit;
    if (found === undefined) report.add({ area, name: command, outcome: 'ok' });
    else if (differs !== undefined && sameExit) {
      report.add({ area, name: command, outcome: 'differs', reason: `${differs}\n${found}` });
    } else report.add({ area, name: command, outcome: 'failed', reason: found });
  }
}

async function run({ wash, port, values }: Side, command: string): Promise<WashOutcome> {
  const words = command
    .split(' ')
    .map((word) => word.replaceAll(/\{(\w+)\}/g, (_, name) => values[name] ?? ''));
  if (words[0] !== 'http') return await wash(...words);
  return await answerOf(`http://127.0.0.1:${port}${words[1]}`, words.slice(2).join(' '));
}

/** Asks until the answer holds a text: listening and updates take a moment after the command. */
async function answerOf(url: string, expected: string): Promise<WashOutcome> {
  const end = Date.now() + 10_000;
  for (;;) {
    const last = await fetch(url)
      .then(async (response) => ({ exit: response.ok ? 0 : 22, stdout: await response.text(), stderr: '' }))
      .catch((error: unknown) => ({ exit: 7, stdout: '', stderr: String(error) }));
    if ((last.exit === 0 && last.stdout.includes(expected)) || Date.now() > end) return last;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
