import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { describeFailure } from '../describe-failure.js';
import { exitCodes } from '../exit-codes.js';
import { addGlobalOptions, type GlobalOptions, readGlobalOptions } from '../global-options.js';
import { withLattice } from '../lattice-session.js';
import { serveUi } from './ui.js';

const retryMs = 500;

/**
 * Serves the dashboard of the lattice that a host joins which is about to start, until the signal; waits for its NATS server. The host
 * never suffers: what goes wrong is told on standard error.
 *
 * @param flags those of the host
 * @param command `up`, whose options count as well
 */
export async function serveHostDashboard(
  flags: readonly string[],
  command: Command,
  io: CliIo,
  signal: AbortSignal,
): Promise<void> {
  try {
    const options = optionsOf(flags, command, io);
    while (!signal.aborted) {
      try {
        await withLattice(options, io, (session) =>
          serveUi({ ...session, io, options }, { port: 0 }, signal),
        );
        return;
      } catch (error) {
        if (!(error instanceof CliError) || error.exitCode !== exitCodes.unreachable) throw error;
        await delay(retryMs, undefined, { signal });
      }
    }
  } catch (error) {
    if (signal.aborted) return;
    const why = describeFailure(error)?.message ?? (error instanceof Error ? error.message : String(error));
    io.err(`error: the dashboard is not served: ${why}\n`);
  }
}

/** The host says by the same flags as commands where its lattice is, and by some of its own. */
function optionsOf(flags: readonly string[], command: Command, io: CliIo): GlobalOptions {
  const reader = addGlobalOptions(new Command('host'))
    .option('--nats-host <host>')
    .option('--nats-port <port>')
    .option('--embedded-nats-port <port>');
  command.addCommand(reader);
  reader.parseOptions([...flags]);
  const { natsHost, natsPort, embeddedNatsPort } = reader.opts<Record<string, string | undefined>>();
  const port = natsPort ?? embeddedNatsPort;
  if (natsHost !== undefined || port !== undefined) {
    reader.setOptionValue('natsUrl', `nats://${natsHost ?? '127.0.0.1'}:${port ?? '4222'}`);
  }
  return readGlobalOptions(reader, io);
}
