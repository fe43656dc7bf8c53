import type { ComponentCapture, InvocationRecording } from '@wasmlattice/capture/recorder';
import type { CallHeaders } from '@wasmlattice/rpc';
import type { Logger } from '@wasmlattice/telemetry';
import type { EndSignal, GuestLimits, InstancePool, LogGate, RunOptions } from '@wasmlattice/wasm-runtime';
import type { ComponentInstance } from '@wasmlattice/wasm-runtime/engines';
import type { GuestSecret, LinkInvoker } from '@wasmlattice/wasm-runtime/host-functions';
import { InstanceHandles } from '@wasmlattice/wasm-runtime/lattice';
import type { ConfigEntries, SecretEntries } from '../component-record.js';
import type { LinkRouter } from '../outgoing-calls/link-router.js';
import { invocationLogger } from '../telemetry/invocation-logger.js';
import type { GuestFault, TrapLog } from '../telemetry/trap-log.js';
import type { InvocationClock } from './invocation-clock.js';

/** What belongs to one invocation beside its instance. */
export interface InvocationParts {
  /** Converts the handles that pass between the caller and the guest. */
  readonly handles: InstanceHandles;
  /** The outgoing calls of the guest. */
  readonly links: LinkInvoker;
  /** Names the trace that the invocation belongs to. */
  readonly logger: Logger;
  /** Of the component. */
  readonly limits: GuestLimits;
  /** Tells those who operate the component that its guest did not do what it should. */
  readonly report: (fault: GuestFault) => void;
  /** Set while somebody captures the component: is told what the guest is called with, and what it gives. */
  readonly recording?: InvocationRecording | undefined;
}

export interface RunInvocationOptions extends Pick<RunOptions, 'isKept'> {
  /** Who calls, where the headers of the call do not say so: the HTTP server that a request came to. */
  readonly source?: string | undefined;
}

/**
 * Runs one invocation in an instance of its own, within the trace of `headers`. A kept instance may outlive the call it
 * is made for: it has neither a deadline nor a place on the clock.
 *
 * @throws PoolClosedError, OverloadedError, what the guest and `work` throw
 */
export type RunInvocation<Parts = InvocationParts> = <T>(
  headers: CallHeaders,
  signal: EndSignal,
  work: (instance: ComponentInstance, ended: EndSignal, parts: Parts) => Promise<T>,
  options?: RunInvocationOptions,
) => Promise<T>;

export interface InvocationRunner {
  readonly run: RunInvocation;
  /** Replaces what guests read as their configuration, those that run included. */
  setConfig(entries: ConfigEntries): void;
  /** Replaces the secrets that guests may have, those that run included. */
  setSecrets(entries: SecretEntries): void;
  /** Records invocations that begin from now on, for as long as there is something to record them. */
  setCapture(capture: ComponentCapture | undefined): void;
}

export function createInvocationRunner(options: {
  readonly componentId: string;
  readonly config: ConfigEntries;
  readonly secrets: SecretEntries;
  readonly pool: Pick<InstancePool, 'run'>;
  readonly router: Pick<LinkRouter, 'forInvocation'>;
  readonly clock: InvocationClock;
  readonly limits: GuestLimits;
  /** Holds the guests together to the rate of their component. */
  readonly logGate: LogGate;
  readonly traps: Pick<TrapLog, 'report'>;
  readonly logger: Logger;
}): InvocationRunner {
  const { componentId, pool, router, clock, limits, logGate, traps, logger } = options;
  let config: ReadonlyMap<string, string> = new Map(options.config);
  const currentConfig = (): ReadonlyMap<string, string> => config;
  let secrets: ReadonlyMap<string, GuestSecret> = new Map(options.secrets);
  const currentSecrets = (): ReadonlyMap<string, GuestSecret> => secrets;
  let capture: ComponentCapture | undefined;

  return {
    setCapture(current) {
      capture = current;
    },

    setConfig(entries) {
      config = new Map(entries);
    },

    setSecrets(entries) {
      secrets = new Map(entries);
    },

    run(headers, signal, work, { isKept = false, source } = {}) {
      const trace = traceOf(headers);
      let hasFailed = false;
      // An instance that is kept serves many calls, which are no invocations of their own.
      const recording = isKept ? undefined : capture?.begin();
      const report = (fault: GuestFault): void => {
        hasFailed = true;
        recording?.failed(fault);
        traps.report(
          fault,
          source === undefined ? headers : { ...headers, 'source-id': source },
          context.logger,
        );
      };
      const context = {
        componentId,
        config: currentConfig,
        secrets: currentSecrets,
        handles: new InstanceHandles(),
        links: router.forInvocation({ trace }),
        logger: invocationLogger(logger, trace),
        limits,
        logGate,
        report,
        recording,
      };
      const seen = recording === undefined ? context : recording.inFrontOf(context);
      const running = pool.run(
        seen,
        (instance, ended) => {
          // What outlives a call stands still most of the time.
          if (isKept) return work(instance, ended, seen);
          const finish = clock.start();
          try {
            const worked = work(instance, ended, seen);
            worked.then(finish, finish);
            return worked;
          } catch (error) {
            finish();
            throw error;
          }
        },
        { signal, isKept, onFault: report, hasFailed: () => hasFailed },
      );
      return recording === undefined ? running : recording.until(running);
    },
  };
}

const noTrace: CallHeaders = {};

/** The trace headers of a call, to be handed on to the calls it causes. */
function traceOf({ traceparent, tracestate }: CallHeaders): CallHeaders {
  if (traceparent === undefined) return noTrace;
  return tracestate === undefined ? { traceparent } : { traceparent, tracestate };
}
