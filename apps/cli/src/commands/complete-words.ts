import { Argument, type Command } from 'commander';
import type { CliIo } from '../cli-io.js';
import { type LatticeWordKind, latticeWordKinds } from '../completion/dynamic-words.js';
import { latticeWords } from '../completion/lattice-words.js';
import { addGlobalOptions, readGlobalOptions } from '../global-options.js';
import { inTime } from '../in-time.js';
import { withLattice } from '../lattice-session.js';

/** From when on a shell waits no more, in ms. */
const patienceMs = 1_500;

/** What completion asks for: names of a lattice, one a line. It fails in silence, since somebody is typing. */
export function addCompleteWords(program: Command, io: CliIo): void {
  addGlobalOptions(program.command('complete-words', { hidden: true }))
    .addArgument(new Argument('<kind>').choices(latticeWordKinds))
    .action(async (kind: LatticeWordKind, _options: unknown, self: Command) => {
      const quiet: CliIo = { ...io, err: () => {} };
      const asking = withLattice(readGlobalOptions(self, io), quiet, (session) =>
        latticeWords(kind, session),
      );
      const words = await inTime<readonly string[]>(asking, patienceMs, []).catch(() => []);
      if (words.length > 0) io.out(`${words.join('\n')}\n`);
    });
}
