import { setTimeout } from 'node:timers/promises';
import { type HostData, type ProviderSeat, takeSeat } from '@wasmlattice/provider-host/protocol';
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
 * In a process that providers share, which some hosts run, the same begins and ends with its seat there.
 *
 * @param name what the provider is: the name of its NATS connections and of its log records
 */
export async function runProvider(name: string, factory: ProviderFactory): Promise<never> {
  const seat = takeSeat();
  if (seat !== undefined) return await runSeated(name, factory, seat);
  try {
    await runAlone(name, factory);
  } catch (error) {
    process.stderr.write(`${name}: ${describeError(error)}\n`, () => process.exit(1));
    return new Promise<never>(() => {});
  }
  process.exit(0);
}

async function runSeated(name: string, factory: ProviderFactory, seat: ProviderSeat): Promise<never> {
  const { hostData } = seat;
  try {
    await run(name, factory, {
      hostData,
      write: (line) => seat.write(line),
      onStop(stop) {
        if (seat.stop.aborted) stop('the host ends it');
        else seat.stop.addEventListener('abort', () => stop('the host ends it'), { once: true });
      },
    });
    seat.ended();
  } catch (error) {
    seat.ended(`${name}: ${describeError(error)}`);
  }
  // What follows the call in its program is for the end of a process.
  return new Promise<never>(() => {});
}

/** What a provider has of the process it runs in. */
interface Surroundings {
  readonly hostData: HostData;
  readonly write: (line: string) => void;
  /** Takes what is called when the provider is to stop without a shutdown request. */
  readonly onStop: (stop: (reason: string) => void) => void;
}

async function runAlone(name: string, factory: ProviderFactory): Promise<void> {
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
  await run(name, factory, {
    hostData,
    write: (line) => void process.stderr.write(`${line}\n`),
    onStop(given) {
      stop = given;
    },
  });
  unwatch();
}

async function run(
  name: string,
  factory: ProviderFactory,
  { hostData, onStop, write }: Surroundings,
): Promise<void> {
  const deferredLog = createDeferredLogSink();
  const redactor = new Redactor();
  redactor.add(Object.values(hostData.secrets).map(shownSecret));
  const { record } = deferredLog;
  const logger = providerLogger(name, hostData, process.env.RUST_LOG, write, { record, redactor });
  logger.info('provider starts', { id: hostData.providerKey, instance: hostData.instanceId });

  const exported = await startProviderTelemetry(name, hostData, process.env, logger);
  const telemetry = { ...exported, tracer: redactingTracer(exported.tracer, redactor) };
  deferredLog.attach(telemetry.log);
  const connection = await connectNats(natsAccess(hostData), name, logger);
  try {
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
    onStop((reason) => {
      logger.info('provider stops', { reason });
      // A start that failed has been reported where it was awaited.
      starting.then((started) => started.stop()).catch(() => {});
    });
    const started = await starting;
    giveBackMemory();

    await Promise.race([started.stopped, lossOf(connection)]);
  } finally {
    await Promise.all([closeConnection(connection, logger), telemetry.shutdown()]);
  }
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
