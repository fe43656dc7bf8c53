import { once } from 'node:events';
import { request } from 'node:http';
import { createControlClient } from '@wasmlattice/control-interface';
import { type DashboardDevelopment, serveDashboard } from '@wasmlattice/dashboard';
import { createDiagnosticsClient } from '@wasmlattice/diagnostics';
import { connectLattice } from '@wasmlattice/lattice-connection';
import { noopLogger } from '@wasmlattice/telemetry';
import type { DevHost } from './dev-host.js';

export interface RequestDebuggerOptions {
  readonly host: Pick<DevHost, 'natsUrl'>;
  readonly lattice: string;
  /** Leads from positions in the script to the sources, as it is now. */
  readonly positions: (text: string) => string;
  /** Where the component is served, as it is now; `undefined`: it is not. */
  readonly address: () => string | undefined;
}

/** The dashboard of the lattice, with the requests that come. */
export interface RequestDebugger extends AsyncDisposable {
  /** The page of requests, with its token. */
  readonly url: string;
}

export async function serveRequestDebugger(options: RequestDebuggerOptions): Promise<RequestDebugger> {
  const { address, host, lattice, positions } = options;
  await using stack = new AsyncDisposableStack();
  const connection = await connectLattice({ url: host.natsUrl, name: 'wasmlattice dev, page' }, noopLogger);
  stack.defer(() => connection.close());
  const dashboard = await serveDashboard({
    connection,
    client: createControlClient({ connection, lattice }),
    diagnostics: createDiagnosticsClient({ connection, lattice }),
    keepsTraces: true,
    development: {
      shown: positions,
      async sendAgain(sent) {
        const at = address();
        if (at === undefined) throw new Error('the component is not served at any address');
        await send(at, sent);
      },
    },
  });
  stack.defer(() => dashboard.close());
  const all = stack.move();
  return { url: `${dashboard.url}/traces`, [Symbol.asyncDispose]: () => all.disposeAsync() };
}

/** Headers that are of the connection, or of the trace that there was. */
const notSentAgain = new Set([
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'traceparent',
  'tracestate',
  'transfer-encoding',
  'upgrade',
]);

/** Resolves with the end of the answer, whatever that is. */
async function send(
  address: string,
  { body, headers, method, pathWithQuery }: Parameters<DashboardDevelopment['sendAgain']>[0],
): Promise<void> {
  const { hostname, port } = new URL(`http://${address}`);
  const sent = request({
    host: hostname.replace(/^\[(.*)\]$/, '$1'),
    port: port === '' ? 80 : port,
    method,
    path: pathWithQuery,
    headers: Object.fromEntries(Object.entries(headers).filter(([name]) => !notSentAgain.has(name))),
    agent: false,
  });
  sent.end(body);
  const [response] = await once(sent, 'response');
  response.resume();
  await once(response, 'close');
}
