import { setTimeout } from 'node:timers/promises';
import { createNatsInvoker, createNatsServer, NatsTransport } from '@wasmlattice/rpc/nats';
import {
  createDeferredLogSink,
  describeError,
  type Logger,
  Redactor,
  redactingTracer,
  shownSecret,
} from '@wasmlattice/telemetry';
import type { NatsConnection } from 'nats';
import { connectNats, natsAccess } from './nats-connection.js';
import { giveBackMemory } from './process/give-back-memory.js';
import { watchParent } from './process/parent-watch.js';
import { providerLogger } from './process/provider-log.js';
import { startProviderTelemetry } from './process/provider-telemetry.js';
import { readHostData } from './process/read-host-data.js';
import type { ProviderFactory } from './provider.js';
import { startProvider } from './start-provider.js';
import { observeInvoker, observeServer } from './telemetry.js';

/**
 * Runs a provider as this process: reads HostData from standard input, connects, serves until the host asks for the
 * shutdown (or dies, or the process gets SIGTERM or SIGINT), then exits. Never returns normally: the process ends
 * with 0 after a shutdown and with 1 after an error, which is written to standard error.
 *
 * ```ts
 * await runProvider('greeter', () => ({ exports: provideWorld(greeterExports, { greet: { … } }) }));
 * ```
 *
 * @param name what the provider is: the name of its NATS connections and of its log records
 */
export async function runProvider(name: string, factory: ProviderFactory): Promise<never> {
  try {
    await run(name, factory);
  } catch (error) {
    process.stderr.write(`${name}: ${describeError(error)}\n`, () => process.exit(1));
    return new Promise<never>(() => {});
  }
  process.exit(0);
}

async function run(name: string, factory: ProviderFactory): Promise<void> {
  const host = process.ppid;
  let stop = (_reason: string): void => process.exit(0);
  process.once('SIGTERM', () => stop('SIGTERM'));
  process.once('SIGINT', () => stop('SIGINT'));
  const unwatch = watchParent({
    expected: host,
    parentId: () => process.ppid,
    onGone: () => stop('the host is gone'),
  });

  const hostData = await readHostData(process.stdin);
  // The host has closed its end; nothing more will come.
  process.stdin.destroy();
  const deferredLog = createDeferredLogSink();
  const write = (line: string): void => void process.stderr.write(`${line}\n`);
  const redactor = new Redactor();
  redactor.add(Object.values(hostData.secrets).map(shownSecret));
  const { record } = deferredLog;
  const logger = providerLogger(name, hostData, process.env.RUST_LOG, write, { record, redactor });
  logger.info('provider starts', { id: hostData.providerKey, instance: hostData.instanceId });

  const exported = await startProviderTelemetry(name, hostData, process.env, logger);
  const telemetry = { ...exported, tracer: redactingTracer(exported.tracer, redactor) };
  deferredLog.attach(telemetry.log);
  const connection = await connectNats(natsAccess(hostData), name, logger);
  const rpc = {
    connection: new NatsTransport(connection),
    lattice: hostData.latticeRpcPrefix,
    logger: logger.named('rpc'),
    ...(hostData.latticeRpcInboxPrefix !== undefined && { inboxPrefix: hostData.latticeRpcInboxPrefix }),
    meter: telemetry.meter,
  };
  const { providerKey } = hostData;
  const server = observeServer(createNatsServer(rpc), telemetry, providerKey);
  const invoker = observeInvoker(createNatsInvoker(rpc), telemetry, providerKey);
  const starting = startProvider(factory, {
    name,
    hostData,
    connection,
    server,
    invoker,
    logger,
    telemetry,
    redactor,
  });
  stop = (reason) => {
    logger.info('provider stops', { reason });
    // A start that failed has been reported where it was awaited.
    starting.then((started) => started.stop()).catch(() => {});
  };
  const started = await starting;
  giveBackMemory();

  await Promise.race([started.stopped, lossOf(connection)]);
  unwatch();
  await Promise.all([closeConnection(connection, logger), telemetry.shutdown()]);
}

/** The connection to the lattice is gone for good; the cause says why. */
class ConnectionLostError extends Error {
  override readonly name = 'ConnectionLostError';
}

/** Rejects when the connection is closed by anything but its owner: nothing can be served any more. */
async function lossOf(connection: NatsConnection): Promise<never> {
  const cause = await connection.closed();
  throw new ConnectionLostError('the NATS connection is closed', { cause });
}

/** Longer than any flush on a connection that works; without a server none would ever end. */
const flushMs = 500;

/** Sends what is still to be sent, the shutdown reply above all. */
async function closeConnection(connection: NatsConnection, logger: Logger): Promise<void> {
  try {
    await Promise.race([connection.flush(), setTimeout(flushMs)]);
    await connection.close();
  } catch (error) {
    logger.debug('the connection did not close', { error });
  }
}
