import { dirname } from 'node:path';
import { createControlClient, type Host } from '@wasmlattice/control-interface';
import { createDiagnosticsClient } from '@wasmlattice/diagnostics';
import type { NatsConnection } from 'nats';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { defaultGatherMs, type GlobalOptions } from '../global-options.js';
import { inTime } from '../in-time.js';
import { openConnection } from '../lattice-session.js';
import { artifactFolder } from '../registry-options.js';
import { clockFinding, type OtherClock } from './clock-finding.js';
import { dataFolder } from './data-folder.js';
import { type Finding, findingsOf } from './finding.js';
import { lookAtJetStream } from './jetstream-findings.js';
import { lookAtPermissions } from './permission-finding.js';
import { httpPortFinding } from './port-finding.js';
import { type Refusals, watchRefusals } from './refusals.js';
import { addressOf, lookAtServer } from './server-finding.js';
import { folderFinding, limitFindings, nodeFinding } from './system-findings.js';

/** How long each step may take, in ms; on a lattice that answers they stay below a second together. */
const usualTimes = { connect: 1_000, answer: 500, gather: 400, figures: 300 } as const;

type Times = Readonly<Record<keyof typeof usualTimes, number>>;

/** Who gives `--timeout-ms` has more patience in proportion, not less. */
function timesFor({ gatherMs }: GlobalOptions): Times {
  const factor = Math.max(1, gatherMs / defaultGatherMs);
  return {
    connect: usualTimes.connect * factor,
    answer: usualTimes.answer * factor,
    gather: usualTimes.gather * factor,
    figures: usualTimes.figures * factor,
  };
}

const login = findingsOf('login', 'login');
const hosts = findingsOf('hosts', 'hosts');

/** Looks at all that a lattice needs, at much of it at once; nothing is changed. */
export async function examine(options: GlobalOptions, io: CliIo): Promise<readonly Finding[]> {
  const cacheDir = artifactFolder(io);
  const [server, ...system] = await Promise.all([
    lookAtServer(options, io, dirname(cacheDir)),
    Promise.resolve(nodeFinding(process.versions.node)),
    folderFinding({ id: 'cache', title: 'cache', path: cacheDir, flag: '--cache-dir' }),
    folderFinding({ id: 'data', title: 'data of `up`', path: dataFolder(io.env), flag: '--data-dir' }),
    limitFindings(),
  ]);
  const lattice = server.probe.kind === 'nats' ? await lookAtLattice(options, io) : [];
  const hasHosts = lattice.some(({ id, status }) => id === 'hosts' && status === 'ok');
  return [server.finding, ...lattice, await httpPortFinding(hasHosts), ...system.flat()];
}

async function lookAtLattice(options: GlobalOptions, io: CliIo): Promise<readonly Finding[]> {
  let connection: NatsConnection;
  // Refusals are what is looked for here.
  const opening = openConnection(options, { ...io, err: () => {} });
  try {
    const opened = await inTime<NatsConnection | undefined>(opening, timesFor(options).connect, undefined);
    if (opened === undefined) {
      void opening.then((late) => late.close()).catch(() => {});
      return [
        login.problem(
          'the server does not let this login in within time',
          'try again; look at the log of the server',
        ),
      ];
    }
    connection = opened;
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return [login.problem(error.message, error.check)];
  }
  try {
    const refusals = watchRefusals(connection);
    return await lookWith(connection, refusals, options, io);
  } finally {
    await connection.close();
  }
}

async function lookWith(
  connection: NatsConnection,
  refusals: Refusals,
  options: GlobalOptions,
  io: CliIo,
): Promise<readonly Finding[]> {
  const { lattice } = options;
  const finding = login.ok(`the server of ${addressOf(options.natsUrl).host} takes it`);
  const permissions = await lookAtPermissions(refusals, options);
  // Without answers all that follows would only take time.
  if (permissions.status === 'problem') return [finding, permissions];
  const gathering = gatherHosts(connection, options, io);
  const [gathered, jetstream] = await Promise.all([
    gathering,
    lookAtJetStream({
      connection,
      lattice,
      domain: io.env.WASMCLOUD_JS_DOMAIN || undefined,
      timeoutMs: timesFor(options).answer,
      hasHosts: gathering.then(({ length }) => length > 0),
    }),
  ]);
  const clocks = await hostClocks(connection, options, gathered);
  const server = jetstream.serverAheadMs;
  return [
    finding,
    permissions,
    ...jetstream.findings,
    hostFinding(gathered, lattice),
    clockFinding([
      ...(server === undefined ? [] : [{ whose: 'the NATS server', aheadMs: server }]),
      ...clocks,
    ]),
  ];
}

async function gatherHosts(
  connection: NatsConnection,
  options: GlobalOptions,
  io: CliIo,
): Promise<readonly Host[]> {
  const { lattice, inboxPrefix, ctlTopicPrefix } = options;
  const client = createControlClient({
    connection,
    lattice,
    timeoutMs: timesFor(options).gather,
    ...(inboxPrefix !== undefined && { inboxPrefix }),
    ...(ctlTopicPrefix !== undefined && { prefix: ctlTopicPrefix }),
  });
  return await client.ping({ signal: io.signal });
}

function hostFinding(found: readonly Host[], lattice: string): Finding {
  if (found.length === 0) {
    return hosts.warning(
      `none answers in lattice ${lattice}`,
      'wasmlattice up   (or choose the lattice with --lattice)',
    );
  }
  const versions = [...new Set(found.map(({ version = 'unknown' }) => version))].sort();
  return hosts.ok(`${found.length} in lattice ${lattice}, version ${versions.join(', ')}`);
}

/** Those of hosts that tell their figures; of many a few will do. */
async function hostClocks(
  connection: NatsConnection,
  options: GlobalOptions,
  found: readonly Host[],
): Promise<readonly OtherClock[]> {
  const { lattice, inboxPrefix } = options;
  const diagnostics = createDiagnosticsClient({
    connection,
    lattice,
    inboxPrefix,
    timeoutMs: timesFor(options).figures,
  });
  const clocks = found.slice(0, mostClocks).map(async ({ id, friendlyName }): Promise<OtherClock[]> => {
    const asked = Date.now();
    const figures = await diagnostics.figures(id).catch(() => undefined);
    if (figures === undefined) return [];
    return [{ whose: `host ${friendlyName}`, aheadMs: figures.time - (asked + Date.now()) / 2 }];
  });
  return (await Promise.all(clocks)).flat();
}

const mostClocks = 50;
