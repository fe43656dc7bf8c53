import { setTimeout as delay } from 'node:timers/promises';
import type { Host } from '@wasmlattice/control-interface';
import { encodeFigures, type HostFigures, NoDiagnosticsError } from '@wasmlattice/diagnostics';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice } from '../command.js';
import { diagnosticsOf } from '../diagnostics.js';
import { allHosts } from '../find-host.js';
import { addGlobalOptions, readWholeNumber } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { renderSample } from '../top/render-sample.js';
import { sampleOf } from '../top/samples.js';

interface TopOptions {
  readonly once?: boolean;
  readonly interval: string;
}

export function addTop(program: Command, io: CliIo): void {
  addGlobalOptions(program.command('top'))
    .description('Show what hosts, components and providers are at: a table that follows, until Ctrl-C')
    .option('--once', 'look once and end, as it does where the output is no terminal')
    .option('--interval <s>', 'how often to look, in seconds', '2')
    .action(({ once, interval }: TopOptions, self: Command) =>
      onLattice(self, io, async (lattice) => {
        const intervalMs = readWholeNumber(interval, '--interval', 1, 3_600) * 1_000;
        const isLive = once !== true && lattice.options.output === 'text' && io.terminal?.out === true;
        await (isLive ? followFigures(lattice, intervalMs) : showFigures(lattice));
      }),
    );
}

async function showFigures(lattice: LatticeCommand): Promise<void> {
  const { io, options } = lattice;
  const { figures, silent } = await look(lattice);
  if (options.output === 'json') io.out(jsonDocument(figures.map(encodeFigures)));
  else io.out(renderSample(sampleOf(figures)));
  for (const line of describeSilent(silent)) io.err(`warning: ${line}\n`);
}

const home = '\u001b[H';
const eraseLine = '\u001b[K';
const eraseBelow = '\u001b[J';
const otherScreen = '\u001b[?1049h\u001b[?25l';
const firstScreen = '\u001b[?25h\u001b[?1049l';

/** Draws over what was drawn before, on a screen of its own: what the terminal showed is back in the end. */
async function followFigures(lattice: LatticeCommand, intervalMs: number): Promise<void> {
  const { io } = lattice;
  let before: readonly HostFigures[] = [];
  io.out(otherScreen);
  try {
    while (!io.signal.aborted) {
      const { figures, silent } = await look(lattice);
      const text = [
        `lattice ${lattice.lattice}, ${new Date().toLocaleTimeString()}, every ${intervalMs / 1_000} s, Ctrl-C ends`,
        '',
        ...renderSample(sampleOf(figures, before)).split('\n'),
        ...describeSilent(silent),
      ];
      before = figures;
      io.out(home + fit(text, io).join(`${eraseLine}\n`) + eraseLine + eraseBelow);
      await delay(intervalMs, undefined, { signal: io.signal });
    }
  } catch (error) {
    // Ctrl-C is how this command ends well.
    if (!io.signal.aborted) throw error;
  } finally {
    io.out(firstScreen);
  }
}

/** What a terminal has room for: a line too long would become two, and push others off. */
function fit(lines: readonly string[], { terminal }: CliIo): readonly string[] {
  const { columns = 80, rows = 24 } = terminal ?? {};
  const shown = lines.slice(0, Math.max(1, rows - 1)).map((line) => line.slice(0, columns));
  return lines.length > shown.length ? [...shown.slice(0, -1), '…'] : shown;
}

interface Look {
  readonly figures: readonly HostFigures[];
  /** Hosts that are there and tell nothing. */
  readonly silent: readonly Host[];
}

async function look(lattice: LatticeCommand): Promise<Look> {
  const { client, io, options } = lattice;
  const diagnostics = diagnosticsOf(lattice);
  const hosts = await allHosts(client, { gatherMs: options.gatherMs, signal: io.signal });
  const figures: HostFigures[] = [];
  const silent: Host[] = [];
  await Promise.all(
    hosts.map(async (host) => {
      try {
        figures.push(await diagnostics.figures(host.id, { signal: io.signal }));
      } catch (error) {
        if (!(error instanceof NoDiagnosticsError)) throw error;
        silent.push(host);
      }
    }),
  );
  if (figures.length === 0) {
    throw new CliError(
      `none of ${hosts.length} hosts in lattice \`${lattice.lattice}\` tells its figures`,
      'hosts of ours do unless they run with --diagnostics off; this login needs wasmlattice.diag.v1.*.req.> (role operator or viewer)',
    );
  }
  const names = (a: { readonly friendlyName: string }, b: { readonly friendlyName: string }): number =>
    a.friendlyName < b.friendlyName ? -1 : 1;
  return { figures: figures.sort(names), silent: silent.sort(names) };
}

function describeSilent(silent: readonly Host[]): string[] {
  return silent.map(
    ({ friendlyName }) => `host ${friendlyName} tells no figures: --diagnostics off, or none of ours`,
  );
}
