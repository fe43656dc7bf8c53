import type { Command } from 'commander';
import type { CliIo } from './cli-io.js';
import type { GlobalOptions, OutputFormat } from './global-options.js';
import { readGlobalOptions } from './global-options.js';
import type { LatticeSession } from './lattice-session.js';
import { withLattice } from './lattice-session.js';
import { jsonDocument } from './output/json.js';

/** What a command that talks to a lattice works with. */
export interface LatticeCommand extends LatticeSession {
  readonly io: CliIo;
  readonly options: GlobalOptions;
}

/** Runs `work` with a connection as the options of the command say. */
export function onLattice(
  command: Command,
  io: CliIo,
  work: (command: LatticeCommand) => Promise<void>,
): Promise<void> {
  const options = readGlobalOptions(command, io);
  return withLattice(options, io, (session) => work({ ...session, io, options }));
}

/** Writes what a command did: a sentence, or the reply of the host as JSON. */
export function writeDone(io: CliIo, output: OutputFormat, sentence: string, message: string): void {
  io.out(output === 'json' ? jsonDocument({ success: true, message }) : `${sentence}\n`);
}
