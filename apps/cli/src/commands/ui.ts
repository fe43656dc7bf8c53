import { type Dashboard, serveDashboard } from '@wasmlattice/dashboard';
import { createDiagnosticsClient } from '@wasmlattice/diagnostics';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { type LatticeCommand, onLattice } from '../command.js';
import { addGlobalOptions, usageError } from '../global-options.js';
import { jsonLine } from '../output/json.js';

interface UiOptions {
  readonly port?: string;
  readonly readOnly?: boolean;
}

export function addUi(parent: Command, io: CliIo): void {
  addGlobalOptions(parent.command('ui'))
    .description('Serve a dashboard of the lattice to browsers of this machine, until Ctrl-C')
    .option('--port <port>', 'of 127.0.0.1 (default: any free one)')
    .option('--read-only', 'let it change nothing')
    .action((own: UiOptions, command: Command) => {
      const port = readPort(own.port);
      const isReadOnly = own.readOnly === true;
      return onLattice(command, io, (lattice) => serveUi(lattice, { port, isReadOnly }, io.signal));
    });
}

/** How a dashboard is to be served. */
export interface ServeUiOptions {
  /** 0 for any free one. */
  readonly port: number;
  readonly isReadOnly?: boolean;
}

/** Serves a dashboard until the signal, and tells where it is. Throws a {@link CliError} if the port can't be used. */
export async function serveUi(
  lattice: LatticeCommand,
  { port, isReadOnly = false }: ServeUiOptions,
  signal: AbortSignal,
): Promise<void> {
  const { io, options } = lattice;
  const dashboard = await serve(lattice, port, isReadOnly);
  try {
    const { address, token, url } = dashboard;
    io.out(options.output === 'json' ? jsonLine({ url, address, token }) : `${url}\n`);
    if (options.output === 'text') {
      io.err('open it in a browser of this machine; it is good until Ctrl-C, for whoever has the address\n');
    }
    await interrupted(signal);
  } finally {
    await dashboard.close();
  }
}

function readPort(text: string | undefined): number {
  if (text === undefined) return 0;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw usageError(`the port is \`${text}\``, 'give a number from 0 to 65535');
}

async function serve(
  { client, connection, lattice, options }: LatticeCommand,
  port: number,
  isReadOnly: boolean,
): Promise<Dashboard> {
  const { inboxPrefix, timeoutMs } = options;
  const diagnostics = createDiagnosticsClient({ connection, lattice, inboxPrefix, timeoutMs });
  try {
    return await serveDashboard({
      client,
      connection,
      diagnostics,
      port,
      isReadOnly,
      outcomeMs: timeoutMs,
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    if (error.code === 'EADDRINUSE') {
      throw new CliError(`port ${port} is taken`, 'give another --port, or none for any that is free', {
        cause: error,
      });
    }
    if (error.code === 'EACCES') {
      throw new CliError(`port ${port} may not be used`, 'give a --port above 1023', { cause: error });
    }
    throw error;
  }
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
