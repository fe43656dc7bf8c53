import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { ControlClient } from '@wasmlattice/control-interface';
import type { DiagnosticsClient } from '@wasmlattice/diagnostics';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { Events, type NatsConnection } from 'nats';
import type { SentRequest } from '../model/traces.js';
import { createDashboardHandler } from './dashboard-handler.js';
import { describeEvent } from './describe-event.js';
import { watchFigures } from './figures-watch.js';
import { LatticeEditor } from './lattice-editor.js';
import { watchLattice } from './lattice-watch.js';
import { readPageFiles } from './page-files.js';
import { createRequestGuard } from './request-guard.js';
import { RowTables } from './row-tables.js';
import { TracesWatch } from './traces-watch.js';
import { Viewers } from './viewers.js';

/** What {@link serveDashboard} needs. */
export interface DashboardOptions {
  /** A connection to the *control* NATS; it stays the caller's. */
  readonly connection: NatsConnection;
  readonly client: ControlClient;
  /** Asked while a page looks on. */
  readonly diagnostics: DiagnosticsClient;
  /** Of the loopback interface; any free one by default. */
  readonly port?: number;
  /** Whether pages may look only; they may change configs and links by default. */
  readonly isReadOnly?: boolean;
  /** How long to wait for the outcome of a link that was put, in ms; 5000 by default. */
  readonly outcomeMs?: number;
  /** Whether traces are kept before a page looks at them, too; only from then on by default, as it costs the hosts something. */
  readonly keepsTraces?: boolean;
  /** What else there is to do where components are developed. */
  readonly development?: DashboardDevelopment;
  readonly logger?: Logger;
}

export interface DashboardDevelopment {
  /** Gives back what guests say as it is to be shown: with positions in their sources. */
  readonly shown: (text: string) => string;
  /** Sends a request to the component again; its trace tells what came of it. Rejects if it can't be sent. */
  readonly sendAgain: (request: SentRequest) => Promise<void>;
}

/** A dashboard that is served. */
export interface Dashboard {
  /** Where it is, the token in the fragment: browsers send that to nobody, so no log has it. */
  readonly url: string;
  /** Where it is, without the token. */
  readonly address: string;
  /** What each request for data bears, as `Authorization: Bearer …`. */
  readonly token: string;
  /** Ends all streams. May be called twice. */
  close(): Promise<void>;
}

/** The built page is beside the built server part, wherever this runs from. */
const pageFolder = fileURLToPath(new URL('../../dist/page', import.meta.url));

/**
 * Serves the dashboard of a lattice on 127.0.0.1, to whoever has its token.
 *
 * Rejects with an error of Node.js whose `code` is `EADDRINUSE` if the port is taken, with an `EventSubscribeError` if the user of the
 * connection may not read events.
 */
export async function serveDashboard(options: DashboardOptions): Promise<Dashboard> {
  const {
    client,
    connection,
    development,
    diagnostics,
    isReadOnly = false,
    keepsTraces = false,
    logger = noopLogger,
    outcomeMs = 5_000,
    port = 0,
  } = options;
  await using opened = new AsyncDisposableStack();
  const files = await readPageFiles(pageFolder);
  const server = createServer();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  opened.defer(async () => {
    server.close();
    server.closeAllConnections();
  });
  const bound = server.address();
  if (bound === null || typeof bound === 'string') throw new Error('the server has no port');

  const viewers = new Viewers(
    { lattice: client.lattice, isReadOnly, sendsAgain: development !== undefined },
    (onChange) => new RowTables(onChange),
  );
  opened.defer(() => viewers.close());
  const watch = await watchLattice({
    connection,
    client,
    tables: viewers.tables,
    logger,
    onEvent(event) {
      const row = describeEvent(event);
      if (row !== undefined) viewers.addEvent(row);
    },
  });
  opened.defer(() => watch.close());
  opened.defer(
    watchFigures({ diagnostics, tables: viewers.tables, isWatched: () => viewers.isWatched, logger }),
  );
  const traces = new TracesWatch({
    diagnostics,
    tables: viewers.tables,
    isAlwaysOn: keepsTraces,
    shown: development?.shown,
    logger,
  });
  opened.defer(() => traces.close());
  void followConnection(connection, (isConnected) => {
    viewers.setConnection(isConnected ? 'connected' : 'disconnected');
    if (isConnected) void watch.refresh();
  });

  const token = randomBytes(32).toString('base64url');
  const editor = new LatticeEditor({ connection, client, outcomeMs });
  const guard = createRequestGuard(bound.port, token);
  server.on(
    'request',
    createDashboardHandler({
      files,
      guard,
      viewers,
      traces,
      editor,
      diagnostics,
      isReadOnly,
      sendAgain: development?.sendAgain,
      logger,
    }),
  );
  const address = `http://127.0.0.1:${bound.port}/`;
  const scope = opened.move();
  return { url: `${address}#token=${token}`, address, token, close: () => scope.disposeAsync() };
}

/** Tells when the connection is lost and when it is back, until it is closed. */
async function followConnection(
  connection: NatsConnection,
  tell: (isConnected: boolean) => void,
): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === Events.Disconnect) tell(false);
    if (type === Events.Reconnect) tell(true);
  }
}
