import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { headers as createHeaders, type MsgHdrs, type NatsConnection } from 'nats';
import type { BackoffOptions } from './backoff.js';
import { describeLink, ProviderStartError } from './errors.js';
import { type HealthOutcome, startHealthMonitor } from './health-monitor.js';
import { createLinkDelivery } from './link-delivery.js';
import type { Environment } from './process/provider-environment.js';
import { type ProviderProcess, startProviderProcess } from './process/provider-process.js';
import {
  decodeHealthReply,
  encodeConfigUpdate,
  encodeLinkDelete,
  encodeShutdownRequest,
  type HealthReply,
  providerConfigUpdateSubject,
  providerHealthSubject,
  providerLinkDeleteSubject,
  providerLinkPutSubject,
  providerShutdownSubject,
} from './protocol/index.js';
import type { ProviderStart, RunningProvider } from './provider.js';
import { type Sleep, settlesWithin, systemSleep } from './sleep.js';
import { createSupervisor, type ProviderCrash, type SupervisorState } from './supervisor.js';

/** What all process providers of a host share. */
export interface ProcessProviderComponents {
  /** The rpc connection: provider messages travel on it. It belongs to the caller. */
  readonly connection: NatsConnection;
  readonly lattice: string;
  /** Host id: providers ignore shutdown requests that name another one. */
  readonly hostId: string;
  /** The host's environment; only a few variables reach providers. */
  readonly environment: Environment;
  /** The Node.js that runs JavaScript providers: the host's own `process.execPath`. */
  readonly nodePath: string;
  /** Working directory of providers; the host's own if absent. */
  readonly cwd?: string | undefined;
  readonly logger?: Logger | undefined;
  /** Trace headers for messages to a provider, if there is a span to continue. */
  readonly traceHeaders?: (() => Readonly<Record<string, string>>) | undefined;
  readonly timing?: ProcessProviderTiming | undefined;
  readonly sleep?: Sleep | undefined;
}

/** All times of a process provider, in ms. */
export interface ProcessProviderTiming {
  /** How long a provider may take to finish its shutdown and say so. Default 300, as upstream's. */
  readonly shutdownDelayMs?: number | undefined;
  /** How long it may take to exit by itself once it has said so. Default 300. */
  readonly exitGraceMs?: number | undefined;
  /** From SIGTERM to SIGKILL. Default 500: together below the 2 s after which clients give up on a stop. */
  readonly killAfterMs?: number | undefined;
  /** How long to wait for the answer to a health request. Default 2000, upstream's rpc timeout. */
  readonly healthTimeoutMs?: number | undefined;
  readonly firstHealthCheckMs?: number | undefined;
  readonly healthIntervalMs?: number | undefined;
  readonly backoff?: BackoffOptions | undefined;
}

const defaultShutdownDelayMs = 300;
const defaultExitGraceMs = 300;
const defaultKillAfterMs = 500;
const defaultHealthTimeoutMs = 2_000;

export interface ProcessProviderRequest extends ProviderStart {
  /** Path of the executable or JavaScript file. */
  readonly file: string;
  /** Public part of the xkey in HostData: new links go to it. */
  readonly xkey: string;
  readonly onHealth?: ((outcome: HealthOutcome, reply: HealthReply) => void) | undefined;
  readonly onCrash?: ((crash: ProviderCrash) => void) | undefined;
}

/** A {@link RunningProvider} that is a supervised process. */
export interface ProcessProvider extends RunningProvider {
  readonly state: SupervisorState;
}

/**
 * Starts a provider as a process of its own, watches its health and starts it again when it crashes.
 *
 * Resolves once the process runs, before it has connected. Rejects with a {@link ProviderStartError} when there is
 * no HostData for it or its executable can't be started; nothing is left behind then.
 */
export async function startProcessProvider(
  components: ProcessProviderComponents,
  request: ProcessProviderRequest,
): Promise<ProcessProvider> {
  const { connection, lattice, hostId, traceHeaders = () => ({}), sleep = systemSleep } = components;
  const timing = components.timing ?? {};
  const { id, file, onHealth = () => {} } = request;
  const logger = (components.logger ?? noopLogger).with({ provider: id });
  const output = logger.named('output');

  const supervisor = createSupervisor({
    start: async () =>
      startProviderProcess({
        file,
        hostData: await request.loadHostData(),
        nodePath: components.nodePath,
        environment: components.environment,
        cwd: components.cwd,
        logger: output,
        sleep,
      }),
    onCrash: request.onCrash,
    backoff: timing.backoff,
    logger,
    sleep,
  });
  try {
    await supervisor.start();
  } catch (cause) {
    throw new ProviderStartError(id, cause instanceof Error ? cause.message : String(cause), { cause });
  }

  const health = startHealthMonitor({
    check: async () => {
      const timeout = timing.healthTimeoutMs ?? defaultHealthTimeoutMs;
      const subject = providerHealthSubject(lattice, id);
      const reply = await connection.request(subject, undefined, {
        timeout,
        ...withHeaders(traceHeaders()),
      });
      return decodeHealthReply(reply.string());
    },
    onOutcome: (outcome, reply) => {
      if (!reply.healthy) logger.warn('the provider says that it is not healthy', { reason: reply.message });
      onHealth(outcome, reply);
    },
    firstCheckMs: timing.firstHealthCheckMs,
    intervalMs: timing.healthIntervalMs,
    logger,
    sleep,
  });

  const requestShutdown = async (): Promise<boolean> => {
    const timeout = timing.shutdownDelayMs ?? defaultShutdownDelayMs;
    try {
      await connection.request(providerShutdownSubject(lattice, id), encodeShutdownRequest(hostId), {
        timeout,
        ...withHeaders(traceHeaders()),
      });
      return true;
    } catch (error) {
      logger.warn('the provider did not answer its shutdown request', { timeout_ms: timeout, error });
      return false;
    }
  };

  const end = async (process: ProviderProcess): Promise<void> => {
    const graceMs = timing.exitGraceMs ?? defaultExitGraceMs;
    if ((await requestShutdown()) && (await settlesWithin(process.exited, graceMs, sleep))) return;
    await process.terminate(timing.killAfterMs ?? defaultKillAfterMs);
  };

  const links = createLinkDelivery({
    connection,
    subject: providerLinkPutSubject(lattice, request.xkey),
    headers: () => withHeaders(traceHeaders()),
    logger,
    sleep,
  });

  let stopped: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    links.stop();
    health.stop();
    await supervisor.stop(end);
    logger.debug('the provider has stopped');
  };

  return {
    id,
    get state() {
      return supervisor.state;
    },
    putLink: (link) => links.put(link),
    async deleteLink(link) {
      links.forget(link);
      connection.publish(
        providerLinkDeleteSubject(lattice, id),
        encodeLinkDelete(link),
        withHeaders(traceHeaders()),
      );
      logger.debug(`deleted ${describeLink(link)}`);
    },
    async updateConfig(config) {
      // Upstream sends this one without headers.
      connection.publish(providerConfigUpdateSubject(lattice, id), encodeConfigUpdate(config));
    },
    stop() {
      stopped ??= stop();
      return stopped;
    },
  };
}

/** The part of publish and request options that carries the headers. */
function withHeaders(entries: Readonly<Record<string, string>>): { headers?: MsgHdrs } {
  const names = Object.entries(entries);
  if (names.length === 0) return {};
  const headers = createHeaders();
  for (const [name, value] of names) headers.set(name, value);
  return { headers };
}
