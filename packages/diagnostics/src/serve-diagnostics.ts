import { isReplySubject } from '@wasmlattice/control-interface';
import {
  describeError,
  type LogBatch,
  type Logger,
  noopLogger,
  type TraceBatch,
} from '@wasmlattice/telemetry';
import type { Msg, NatsConnection, NatsError, Subscription } from 'nats';
import { type CaptureSource, createCaptureSessions } from './capture-sessions.js';
import { decodeCaptureWish, encodeCapturePage } from './captures.js';
import type { HostFigures } from './figures.js';
import { decodeFiguresRequest, encodeFiguresPage, pageOf } from './figures-codec.js';
import { decodeTracesRequest, encodeHostTraces } from './host-traces.js';
import { createLogFollowers } from './log-followers.js';
import { decodeLogWish, encodeLogConsent } from './log-lines.js';
import {
  captureSubject,
  figuresSubject,
  followLogsSubject,
  logLinesSubject,
  tracesSubject,
} from './subjects.js';
import { createTraceRing } from './trace-ring.js';

export interface DiagnosticsServerOptions {
  /** The *control* connection; stays the caller's. */
  readonly connection: NatsConnection;
  readonly lattice: string;
  /** First tokens of control subjects; where they begin, no answer goes. */
  readonly controlPrefix: string;
  readonly hostId: string;
  readonly figures: () => Promise<HostFigures>;
  /** Told that logs are wanted, for so many ms from now on; absent: they are not told. */
  readonly onFollow?: ((forMs: number) => void) | undefined;
  /** Told that traces are wanted, for so many ms from now on; absent: they are not told. */
  readonly onTraces?: ((forMs: number) => void) | undefined;
  /** Has invocations recorded; absent: they are not told. */
  readonly captures?: CaptureSource | undefined;
  readonly hostVersion?: string;
  readonly logger?: Logger;
}

/** The diagnostics of one host, being served. */
export interface DiagnosticsServer {
  /**
   * Tells followers what was logged.
   *
   * @param componentId the component that all of it is from, whatever it says
   */
  logged(batch: LogBatch, componentId?: string): void;
  /** Keeps what ended while traces were wanted, for those who ask. */
  traced(batch: TraceBatch, componentId?: string): void;
  /**
   * Keeps an invocation that was recorded until it is fetched.
   *
   * @param componentId the component that it is from, whatever it says
   */
  captured(line: { readonly capture: string; readonly line: string }, componentId?: string): void;
  /** Answers no further request; safe to call twice. */
  close(): void;
}

/** Who wants traces asks every second or two; one answer that is late is no end of it. In ms. */
const tracesForMs = 10_000;

/** Answers requests for figures and traces, and tells what is logged while somebody follows. A failure never disturbs the host. */
export function serveDiagnostics(options: DiagnosticsServerOptions): DiagnosticsServer {
  const {
    connection,
    lattice,
    controlPrefix,
    hostId,
    figures,
    onFollow,
    onTraces,
    captures: source,
    hostVersion = '',
    logger = noopLogger,
  } = options;
  const followers = createLogFollowers({ hostId });
  const ring = createTraceRing({ hostId });
  const captures = source && createCaptureSessions({ hostId, hostVersion, source, logger });
  const linesSubject = logLinesSubject(lattice, hostId);

  const serve = (subject: string, answer: (request: Msg) => Promise<Uint8Array>): Subscription =>
    connection.subscribe(subject, {
      callback: (error: NatsError | null, request: Msg) => {
        if (error !== null) {
          logger.warn('diagnostics are not served: check what this host may subscribe', { subject, error });
          return;
        }
        if (!request.reply || !isReplySubject(request.reply, { prefix: controlPrefix, lattice })) return;
        answer(request)
          .then((bytes) => request.respond(bytes))
          .catch((cause: unknown) => {
            logger.debug('a request for diagnostics was not answered', {
              subject,
              error: describeError(cause),
            });
          });
      },
    });

  const subscriptions = [
    serve(figuresSubject(lattice, hostId), async (request) => {
      const from = decodeFiguresRequest(request.data);
      return encodeFiguresPage(pageOf(await figures(), from));
    }),
    serve(tracesSubject(lattice, hostId), async (request) => {
      if (onTraces === undefined) {
        const refusal = 'it does not tell its traces (--diagnostics figures)';
        const nothing = { spans: [], lines: [], dropped: 0, next: 0, hasMore: false };
        return encodeHostTraces({ hostId, refusal, ...nothing });
      }
      const after = decodeTracesRequest(request.data);
      onTraces(tracesForMs);
      return ring.answer(after);
    }),
    serve(followLogsSubject(lattice), async (request) => {
      if (onFollow === undefined) {
        return encodeLogConsent({ hostId, refusal: 'it does not tell its log (--diagnostics figures)' });
      }
      const wish = decodeLogWish(request.data);
      const refusal = followers.add(wish);
      if (refusal === undefined && wish.forMs > 0) onFollow(wish.forMs);
      return encodeLogConsent({ hostId, refusal });
    }),
    serve(captureSubject(lattice, hostId), async (request) => {
      const wish = decodeCaptureWish(request.data);
      if (captures !== undefined) return encodeCapturePage(await captures.answer(wish));
      const refusal = 'its invocations are not told (--diagnostics logs or figures)';
      return encodeCapturePage({ hostId, hostVersion, refusal, lines: [], dropped: 0, isComplete: true });
    }),
  ];
  return {
    logged(batch, componentId) {
      try {
        for (const message of followers.messagesOf(batch, componentId))
          connection.publish(linesSubject, message);
      } catch {
        // The connection is gone; to log that would be a line more to tell.
      }
    },
    traced(batch, componentId) {
      ring.add(batch, componentId);
    },
    captured(line, componentId) {
      captures?.captured(line, componentId);
    },
    close() {
      captures?.close();
      for (const subscription of subscriptions) subscription.unsubscribe();
    },
  };
}
