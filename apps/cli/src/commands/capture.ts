import type { Command } from 'commander';
import { captureInvocations } from '../capture/capture-invocations.js';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice } from '../command.js';
import { addGlobalOptions, readWholeNumber } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { readDuration } from '../read-duration.js';
import { writeNamedFile } from '../write-file.js';

interface CaptureFlags {
  readonly count: string;
  readonly for: string;
  readonly out?: string;
  readonly mask: readonly string[];
}

/** Most that hosts record for one capture. */
const maxCount = 10_000;

export function addCapture(program: Command, io: CliIo): void {
  addGlobalOptions(program.command('capture'))
    .description('Record invocations of a component into a file, for `wasmlattice replay` and tests')
    .argument('<id>', 'id of the component')
    .option('--count <n>', `how many, at most ${maxCount}`, '100')
    .option('--for <time>', 'how long to wait for them: 90s, 5m, at most 1h', '60s')
    .option('--out <file>', 'file to write, for you alone to read (default: standard output)')
    .option(
      '--mask <name>',
      'header, configuration key, parameter, field or query parameter whose value is not recorded; repeatable. Secrets and the usual headers never are',
      (name: string, before: readonly string[]) => [...before, name],
      [],
    )
    .action((id: string, flags: CaptureFlags, self: Command) =>
      onLattice(self, io, (lattice) => capture(lattice, id, flags)),
    );
}

async function capture(lattice: LatticeCommand, component: string, flags: CaptureFlags): Promise<void> {
  const { io, options } = lattice;
  const { out, mask } = flags;
  const count = readWholeNumber(flags.count, '--count', 1, maxCount);
  const forMs = readDuration(flags.for, '--for');
  const { header, lines, hosts, dropped } = await captureInvocations(lattice, {
    component,
    count,
    forMs,
    mask,
    onBegin() {
      if (options.output === 'json') return;
      io.err(`recording invocations of ${component}: ${count}, or those of ${flags.for}; Ctrl-C ends\n`);
    },
    onFirst() {
      if (options.output === 'text') io.err('the first is recorded\n');
    },
  });
  if (dropped > 0) io.err(`warning: ${dropped} invocations were recorded and lost: they came too fast\n`);
  if (lines.length === 0) {
    // Ctrl-C needs no reason, and says what it has left.
    if (io.signal.aborted)
      io.err(`nothing was recorded${out === undefined ? '' : `: ${out} is not written`}\n`);
    throw new CliError(
      `component \`${component}\` was not called within ${flags.for}, or not in a way that is recorded`,
      'send it a request meanwhile, or give it more time with --for',
    );
  }
  const text = [JSON.stringify(header), ...lines].map((line) => `${line}\n`).join('');
  if (out === undefined) {
    io.out(text);
    return;
  }
  await writeNamedFile(io, out, Buffer.from(text), { mode: 0o600 });
  if (options.output === 'json') {
    io.out(jsonDocument({ success: true, file: out, component, invocations: lines.length, hosts, dropped }));
    return;
  }
  const noun = lines.length === 1 ? 'invocation' : 'invocations';
  io.out(`recorded ${lines.length} ${noun} of ${component} in ${out}\n`);
}
