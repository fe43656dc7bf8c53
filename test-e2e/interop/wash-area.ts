import { freePort, startWasmcloudHost } from '@wasmlattice/test-support';
import { answerOf } from './answer-of.js';
import { type ComparedSide, compareCommands, wordsOf } from './compare-commands.js';
import type { Interop } from './interop.js';
import { startOurHost } from './our-host.js';
import { createWash } from './wash.js';
import { washSteps } from './wash-commands.js';

const area = 'wash';

/** Gives the same commands to a host of theirs and to one of ours, in a lattice each, and compares what `wash` says. */
export async function compareWashCommands({ nats, tools, home, files, report }: Interop): Promise<void> {
  const lattices = { theirs: 'lattice-theirs', ours: 'lattice-ours' };
  await using theirHost = await startWasmcloudHost({
    program: tools.wasmcloud,
    nats,
    lattice: lattices.theirs,
  });
  await using ourHost = await startOurHost({ nats, args: ['--lattice', lattices.ours] });
  const side = async (host: { readonly id: string }, lattice: string): Promise<ComparedSide> => {
    const port = await freePort();
    const wash = createWash({ program: tools.wash, nats, lattice, home });
    const values = { ...files, host: host.id, port: String(port) };
    return {
      names: new Map([
        [host.id, 'HOST'],
        [lattice, 'LATTICE'],
        [`:${port}`, ':PORT'],
      ]),
      async run(command) {
        const words = wordsOf(command, values);
        if (words[0] !== 'http') return await wash(...words);
        return await answerOf(`http://127.0.0.1:${port}${words[1]}`, words.slice(2).join(' '));
      },
    };
  };
  const theirs = await side(theirHost, lattices.theirs);
  const ours = await side(ourHost, lattices.ours);
  await compareCommands({ report, area }, { theirs, ours }, washSteps);
}
