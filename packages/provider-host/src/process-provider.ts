import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { headers as createHeaders, type MsgHdrs, type NatsConnection } from 'nats';
import { createAnsweringChannel } from './answering-channel.js';
import { askProvider, ProviderSilentError } from './ask-provider.js';
import type { BackoffOptions } from './backoff.js';
import { describeLink, ProviderStartError } from './errors.js';
import { type HealthOutcome, startHealthMonitor } from './health-monitor.js';
import { createHealthRequests } from './health-requests.js';
import { linkFailureIn } from './link-failure-words.js';
import type { GroupGuard } from './process/group-guard.js';
import type { OutputLimits } from './process/output-budget.js';
import type { Environment } from './process/provider-environment.js';
import {
  type ProviderProcess,
  type ProviderProcessOptions,
  startProviderProcess,
} from './process/provider-process.js';
import type { ProcessChannel } from './process-channel.js';
import {
  encodeShutdownRequest,
  type HealthReply,
  type HostData,
  providerConfigUpdateSubject,
  providerHealthSubject,
  providerLinkDeleteSubject,
  providerLinkPutSubject,
  providerSecretsUpdateSubject,
  providerShutdownSubject,
} from './protocol/index.js';
import type { ProviderEnd, ProviderStart, ProviderStop, RunningProvider } from './provider.js';
import { createSilentChannel } from './silent-channel.js';
import { type Sleep, settlesWithin, systemSleep } from './sleep.js';
import { createSupervisor, type ProviderCrash, type SupervisorState } from './supervisor.js';
import { waitUntilServing } from './wait-until-serving.js';

/** What all process providers of a host share. */
export interface ProcessProviderComponents {
  /** The rpc connection: provider messages travel on it. It belongs to the caller. */
  readonly connection: NatsConnection;
  /** First tokens of inboxes that the connection may have; `_INBOX` without. */
  readonly inboxPrefix?: string | undefined;
  readonly lattice: string;
  /** Host id: providers ignore shutdown requests that name another one. */
  readonly hostId: string;
  /** The host's environment; only a few variables reach providers. */
  readonly environment: Environment;
  /** The Node.js that runs JavaScript providers: the host's own `process.execPath`. */
  readonly nodePath: string;
  /** Ends providers if the host dies first; without it those do that watch for it themselves. */
  readonly guard?: GroupGuard | undefined;
  /** Working directory of providers; the host's own if absent. */
  readonly cwd?: string | undefined;
  readonly logger?: Logger | undefined;
  /** Takes secrets out of what providers write and say; without it nothing is taken out. */
  readonly redact?: ((text: string) => string) | undefined;
  /** Trace headers for messages to a provider, if there is a span to continue. */
  readonly traceHeaders?: (() => Readonly<Record<string, string>>) | undefined;
  readonly timing?: ProcessProviderTiming | undefined;
  readonly outputLimits?: OutputLimits | undefined;
  readonly sleep?: Sleep | undefined;
}

/** All times of a process provider, in ms. */
export interface ProcessProviderTiming {
  /** How long it may take from its start until it answers its first health request. Default 30,000. */
  readonly startTimeoutMs?: number | undefined;
  /** How long a provider that answers may take for one link. Default 15,000: it may have to connect to a server. */
  readonly linkTimeoutMs?: number | undefined;
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

const defaultStartTimeoutMs = 30_000;
const defaultLinkTimeoutMs = 15_000;
const defaultShutdownDelayMs = 300;
const defaultExitGraceMs = 300;
const defaultKillAfterMs = 500;
const defaultHealthTimeoutMs = 2_000;

export interface ProcessProviderRequest extends ProviderStart {
  /** Path of the executable or JavaScript file. */
  readonly file: string;
  /** Starts it somewhere else than in a process of its own: in a thread of the host, or in a process that it shares. */
  readonly startProcess?: ((options: ProviderProcessOptions) => Promise<ProviderProcess>) | undefined;
  /** Runs on this host, too, until this one serves in its place. */
  readonly beside?: Pick<RunningProvider, 'answers'> | undefined;
  /** Public part of the xkey in HostData: new links go to it. */
  readonly xkey: string;
  readonly onHealth?: ((outcome: HealthOutcome, reply: HealthReply) => void) | undefined;
  /** Told with why when its process runs and gives no usable answer to health checks, and with `undefined` when it does again. */
  readonly onSilence?: ((reason: string | undefined) => void) | undefined;
  readonly onCrash?: ((crash: ProviderCrash) => void) | undefined;
  /** The process serves again after a crash, with the HostData that was loaded last. */
  readonly onRestart?: (() => void) | undefined;
}

/** A {@link RunningProvider} that is a supervised process. */
export interface ProcessProvider extends RunningProvider {
  readonly state: SupervisorState;
}

/** One run of the process. */
interface Run {
  readonly hostData: HostData;
  readonly answers: boolean;
  readonly hasFailedLinks: boolean;
  readonly channel: ProcessChannel;
}

/**
 * Starts a provider as a process of its own, watches its health and starts it again when it crashes.
 *
 * Resolves once the process answers its health request. Rejects with a {@link ProviderStartError} when there is no HostData for
 * it, its executable can't be started, or it ends or stays silent instead; nothing is left behind then.
 */
export async function startProcessProvider(
  components: ProcessProviderComponents,
  request: ProcessProviderRequest,
): Promise<ProcessProvider> {
  const {
    connection,
    inboxPrefix,
    lattice,
    hostId,
    traceHeaders = () => ({}),
    sleep = systemSleep,
  } = components;
  const { redact = (text) => text } = components;
  const timing = components.timing ?? {};
  const { id, file, onHealth = () => {} } = request;
  const logger = (components.logger ?? noopLogger).with({ provider: id });
  const output = logger.named('output');
  let run: Run | undefined;

  const healthRequests = createHealthRequests({
    connection,
    inboxPrefix,
    subject: providerHealthSubject(lattice, id),
    headers: () => withHeaders(traceHeaders()),
    timeoutMs: timing.healthTimeoutMs ?? defaultHealthTimeoutMs,
    redact,
  });
  /** How many answer for the provider beside the process that is started. */
  const countOthers = async (): Promise<number> => {
    const { beside } = request;
    if (beside === undefined || run !== undefined) return 0;
    return Math.max(await healthRequests.countNameless(), beside.answers ? 0 : 1);
  };

  const startProcess = async (signal: AbortSignal): Promise<ProviderProcess> => {
    run?.channel.stop();
    const others = await countOthers();
    const hostData = await request.loadHostData();
    const { startProcess: start = startProviderProcess } = request;
    const process = await start({
      file,
      hostData,
      nodePath: components.nodePath,
      environment: components.environment,
      cwd: components.cwd,
      guard: components.guard,
      outputLimits: components.outputLimits,
      logger: output,
      redact,
      sleep,
    });
    try {
      const reply = await waitUntilServing({
        process,
        check: () => healthRequests.ask(hostData.instanceId, others),
        timeoutMs: timing.startTimeoutMs ?? defaultStartTimeoutMs,
        signal,
        sleep,
      });
      run = beginRun(hostData, reply, process.lastLines);
      return process;
    } catch (error) {
      await process.terminate(timing.killAfterMs ?? defaultKillAfterMs);
      throw error;
    }
  };

  const beginRun = (
    hostData: HostData,
    { instanceId }: HealthReply,
    lastLines: () => readonly string[],
  ): Run => {
    const common = {
      connection,
      inboxPrefix,
      headers: () => withHeaders(traceHeaders()),
      subjects: {
        linkPut: providerLinkPutSubject(lattice, request.xkey),
        linkDelete: providerLinkDeleteSubject(lattice, id),
        configUpdate: providerConfigUpdateSubject(lattice, id),
        secretsUpdate: providerSecretsUpdateSubject(lattice, request.xkey),
      },
    };
    if (instanceId === undefined) {
      const links = hostData.linkDefinitions;
      const channel = createSilentChannel({ ...common, providerId: id, links, lastLines, logger, sleep });
      const hasFailedLinks = lastLines().some((line) => linkFailureIn(line) !== undefined);
      return { hostData, answers: false, hasFailedLinks, channel };
    }
    const timeoutMs = timing.linkTimeoutMs ?? defaultLinkTimeoutMs;
    const channel = createAnsweringChannel({ ...common, hostId, instanceId, timeoutMs, redact });
    return { hostData, answers: true, hasFailedLinks: false, channel };
  };

  const supervisor = createSupervisor({
    start: (signal) =>
      startProcess(request.signal === undefined ? signal : AbortSignal.any([signal, request.signal])),
    onCrash: request.onCrash,
    onRestart: request.onRestart,
    backoff: timing.backoff,
    logger,
    sleep,
  });
  try {
    await supervisor.start();
  } catch (cause) {
    throw new ProviderStartError(id, cause instanceof Error ? cause.message : String(cause), { cause });
  }
  /** The run of the moment; after a crash the one that was. */
  const current = (): Run => {
    if (run === undefined) throw new Error('a provider that has started has a run');
    return run;
  };

  const health = startHealthMonitor({
    check: () => healthRequests.ask(current().hostData.instanceId),
    isRunning: () => supervisor.state.tag === 'running',
    onOutcome: (outcome, reply) => {
      if (!reply.healthy) logger.warn('the provider says that it is not healthy', { reason: reply.message });
      onHealth(outcome, reply);
    },
    onSilence: (reason) => request.onSilence?.(describeSilence(reason)),
    firstCheckMs: timing.firstHealthCheckMs,
    intervalMs: timing.healthIntervalMs,
    logger,
    sleep,
  });

  /** Aborted when calls in progress are not waited for any longer. */
  const hurry = new AbortController();
  let isDraining = false;
  const shutdownDelayMs = timing.shutdownDelayMs ?? defaultShutdownDelayMs;
  const requestShutdown = async (drainMs?: number): Promise<boolean> => {
    const { answers, hostData } = current();
    try {
      const instanceId = answers ? hostData.instanceId : undefined;
      await askProvider({
        connection,
        inboxPrefix,
        subject: providerShutdownSubject(lattice, id),
        payload: encodeShutdownRequest({ hostId, instanceId, drainMs }),
        timeoutMs: shutdownDelayMs + (drainMs ?? 0),
        signal: hurry.signal,
        ...withHeaders(traceHeaders()),
        read: (text) => text,
      });
      return true;
    } catch (error) {
      logger.warn('the provider did not answer its shutdown request', { timeout_ms: shutdownDelayMs, error });
      return false;
    }
  };

  const end = async (process: ProviderProcess, { drainMs }: ProviderStop): Promise<ProviderEnd> => {
    const graceMs = timing.exitGraceMs ?? defaultExitGraceMs;
    // The request would reach the process that takes its place, too, unless that knows that it is not meant.
    if (drainMs !== undefined && !current().answers) {
      await process.terminate(timing.killAfterMs ?? defaultKillAfterMs);
      return {};
    }
    const hasAnswered = await requestShutdown(drainMs);
    if (hasAnswered && (await settlesWithin(process.exited, graceMs, sleep))) return {};
    const how = await process.terminate(timing.killAfterMs ?? defaultKillAfterMs);
    const complaints = [
      ...(hasAnswered ? [] : [`did not answer its shutdown request within ${shutdownDelayMs} ms`]),
      ...(how === 'killed' ? ['ignored SIGTERM and was killed'] : []),
    ];
    return complaints.length === 0 ? {} : { failure: `it ${complaints.join(', and ')}` };
  };

  let stopped: Promise<ProviderEnd> | undefined;
  const stop = async (options: ProviderStop): Promise<ProviderEnd> => {
    let ended: ProviderEnd = {};
    current().channel.stop();
    health.stop();
    await supervisor.stop(async (process) => {
      ended = await end(process, options);
    });
    logger.debug('the provider has stopped');
    return ended;
  };

  return {
    id,
    get state() {
      return supervisor.state;
    },
    get answers() {
      return current().answers;
    },
    get hasFailedLinks() {
      return current().hasFailedLinks;
    },
    get pid() {
      const { state } = supervisor;
      // In a thread of the host it has no process but that.
      return state.tag === 'running' && state.pid !== process.pid ? state.pid : undefined;
    },
    get lastCrash() {
      return supervisor.lastCrash;
    },
    putLink: (link) => current().channel.putLink(link),
    async deleteLink(link) {
      await current().channel.deleteLink(link);
      logger.debug(`deleted ${describeLink(link)}`);
    },
    updateConfig: (config) => current().channel.updateConfig(config),
    updateSecrets: (sealed) => current().channel.updateSecrets(sealed),
    restart: () => supervisor.restart((process) => end(process, {})),
    stop(options = {}) {
      if (isDraining && options.drainMs === undefined) hurry.abort();
      isDraining ||= options.drainMs !== undefined;
      stopped ??= stop(options);
      return stopped;
    },
  };
}

function describeSilence(reason: unknown): string | undefined {
  if (reason === undefined) return undefined;
  return reason instanceof ProviderSilentError
    ? 'it does not answer health checks'
    : `its answers to health checks can not be read: ${reason instanceof Error ? reason.message : String(reason)}`;
}

/** The part of publish and request options that carries the headers. */
function withHeaders(entries: Readonly<Record<string, string>>): { headers?: MsgHdrs } {
  const names = Object.entries(entries);
  if (names.length === 0) return {};
  const headers = createHeaders();
  for (const [name, value] of names) headers.set(name, value);
  return { headers };
}
