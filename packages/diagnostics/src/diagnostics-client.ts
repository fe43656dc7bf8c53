import type { ExportedLog, LogLevel } from '@wasmlattice/telemetry';
import { createInbox, ErrorCode, type Msg, type NatsConnection, type NatsError } from 'nats';
import { type CapturedComponent, decodeCapturePage, encodeCaptureWish } from './captures.js';
import type { HostFigures } from './figures.js';
import { decodeFiguresPage, encodeFiguresRequest, type FiguresPage } from './figures-codec.js';
import { decodeHostTraces, encodeTracesRequest, type HostTraces } from './host-traces.js';
import { decodeLogConsent, decodeLogLines, encodeLogWish, isWished, type LogWish } from './log-lines.js';
import {
  allLogLinesSubject,
  captureSubject,
  figuresSubject,
  followLogsSubject,
  tracesSubject,
} from './subjects.js';

/** A host does not tell: it is none of ours, does not want to (`--diagnostics off`), or is gone. */
export class NoDiagnosticsError extends Error {
  override readonly name = 'NoDiagnosticsError';

  constructor(hostId: string, options?: ErrorOptions) {
    super(`host ${hostId} does not tell what it is at`, options);
  }
}

/** A host does not record invocations, or no longer. */
export class CaptureRefusedError extends Error {
  override readonly name = 'CaptureRefusedError';

  constructor(hostId: string, reason: string, options?: ErrorOptions) {
    super(`host ${hostId} records no invocations: ${reason}`, options);
  }
}

/** The NATS server does not let this connection ask for diagnostics. */
export class DiagnosticsPermissionError extends Error {
  override readonly name = 'DiagnosticsPermissionError';

  constructor(subject: string, options?: ErrorOptions) {
    super(`this login may not use ${subject}`, options);
  }
}

export interface DiagnosticsClientOptions {
  /** A connection to the *control* NATS; stays the caller's. */
  readonly connection: NatsConnection;
  readonly lattice: string;
  /** What the connection was opened with, if its user may subscribe only to inboxes of a prefix of its own. */
  readonly inboxPrefix?: string | undefined;
  /** How long to wait for an answer, in ms. Default 2,000. */
  readonly timeoutMs?: number;
}

export interface FollowLogsOptions {
  /** Id of a component or provider; absent: all, and the hosts themselves. */
  readonly workload?: string | undefined;
  /** Least severe level; `trace` by default: all that hosts log. */
  readonly level?: LogLevel;
  /** Ends the following. */
  readonly signal: AbortSignal;
  readonly onLines: (hostId: string, lines: readonly ExportedLog[], dropped: number) => void;
  /** Told of a host that takes part from now on, or refuses to. */
  readonly onHost?: (hostId: string, refusal: string | undefined) => void;
  /** How long a host goes on without hearing from here, in ms; renewed three times as often. Default 6,000. */
  readonly leaseMs?: number;
}

export interface CaptureOptions {
  /** Names the capture; a random id. */
  readonly capture: string;
  readonly component: string;
  /** Invocations that are wanted of this host. */
  readonly count: number;
  /** Names whose values are masked beside those that always are. */
  readonly mask?: readonly string[];
  /** Ends the capture. */
  readonly signal: AbortSignal;
  /** Told once, when the host records. */
  readonly onBegin?: (component: CapturedComponent, hostVersion: string) => void;
  /** Gets lines of a capture file as they come. */
  readonly onLines: (lines: readonly string[]) => void;
}

/** What a capture on one host came to. */
export interface CaptureEnd {
  /** Whether the component runs there. */
  readonly isHere: boolean;
  /** Invocations that were recorded and lost. */
  readonly dropped: number;
}

/** What hosts are at, from a client's side. */
export interface DiagnosticsClient {
  /** @throws NoDiagnosticsError, DecodeError, or the reason of the signal */
  figures(hostId: string, options?: { readonly signal?: AbortSignal }): Promise<HostFigures>;
  /**
   * What ended on the host after that number, which an answer before gave as `next`; 0: all that is kept. A host keeps it for those who ask
   * every few seconds.
   *
   * @throws NoDiagnosticsError, DecodeError
   */
  traces(hostId: string, after: number): Promise<HostTraces>;
  /**
   * Follows what hosts log until the signal ends it; hosts that come meanwhile take part.
   *
   * @throws DiagnosticsPermissionError, NatsError when the connection closes
   */
  followLogs(options: FollowLogsOptions): Promise<void>;
  /**
   * Has a host record invocations of a component until there are `count` of them, or the signal ends it. The host stops by itself when
   * nobody asks any more.
   *
   * @throws CaptureRefusedError, DiagnosticsPermissionError, DecodeError
   */
  capture(hostId: string, options: CaptureOptions): Promise<CaptureEnd>;
}

/** Pages of figures that are asked for; a host with more is cut off. */
const maxPages = 100;

export function createDiagnosticsClient(options: DiagnosticsClientOptions): DiagnosticsClient {
  const { connection, lattice, inboxPrefix, timeoutMs = 2_000 } = options;

  const ask = async (hostId: string, subject: string, request: Uint8Array): Promise<Uint8Array> => {
    try {
      return (await connection.request(subject, request, { timeout: timeoutMs })).data;
    } catch (error) {
      if (isNatsError(error, ErrorCode.NoResponders, ErrorCode.Timeout)) {
        throw new NoDiagnosticsError(hostId, { cause: error });
      }
      throw error;
    }
  };

  const page = async (hostId: string, from: number): Promise<FiguresPage> =>
    decodeFiguresPage(await ask(hostId, figuresSubject(lattice, hostId), encodeFiguresRequest(from)));

  const askCapture = async (hostId: string, wish: Uint8Array): Promise<Uint8Array> => {
    const subject = captureSubject(lattice, hostId);
    try {
      return (await connection.request(subject, wish, { timeout: timeoutMs })).data;
    } catch (cause) {
      if (isNatsError(cause, ErrorCode.PermissionsViolation)) {
        throw new DiagnosticsPermissionError(subject, { cause });
      }
      if (!isNatsError(cause, ErrorCode.NoResponders, ErrorCode.Timeout)) throw cause;
      throw new CaptureRefusedError(
        hostId,
        'it does not answer; it runs with --diagnostics off, is none of ours, is gone, or this login may not ask',
        { cause },
      );
    }
  };

  return {
    async traces(hostId, after) {
      return decodeHostTraces(await ask(hostId, tracesSubject(lattice, hostId), encodeTracesRequest(after)));
    },

    async capture(hostId, { capture, component, count, mask = [], signal, onBegin, onLines }) {
      let from = 0;
      let dropped = 0;
      let isHere = false;
      const wish = { capture, component, count, mask };
      try {
        while (!signal.aborted) {
          const answer = await askCapture(hostId, encodeCaptureWish({ ...wish, from, isOver: false }));
          const page = decodeCapturePage(answer);
          if (page.refusal !== undefined) throw new CaptureRefusedError(hostId, page.refusal);
          if (page.component !== undefined && !isHere) {
            isHere = true;
            onBegin?.(page.component, page.hostVersion);
          }
          if (page.lines.length > 0) onLines(page.lines);
          from += page.lines.length;
          dropped = page.dropped;
          if (page.isComplete) break;
        }
      } finally {
        if (isHere && !connection.isClosed()) {
          const over = encodeCaptureWish({ ...wish, from, isOver: true });
          // A host that does not hear of it stops soon by itself.
          const last = await askCapture(hostId, over).then(decodeCapturePage, () => undefined);
          if (last !== undefined && last.lines.length > 0) onLines(last.lines);
        }
      }
      return { isHere, dropped };
    },

    async figures(hostId, { signal } = {}) {
      let { figures, next } = await page(hostId, 0);
      for (let pages = 1; next !== undefined && pages < maxPages; pages++) {
        signal?.throwIfAborted();
        const more = await page(hostId, next);
        next = more.next;
        figures = {
          ...figures,
          components: [...figures.components, ...more.figures.components],
          providers: [...figures.providers, ...more.figures.providers],
        };
      }
      return figures;
    },

    async followLogs({ workload, level = 'trace', signal, onLines, onHost = () => {}, leaseMs = 6_000 }) {
      signal.throwIfAborted();
      const over = Promise.withResolvers<void>();
      const consents = createInbox(inboxPrefix);
      const wish: LogWish = { follower: consents, workload, level, forMs: leaseMs };
      const known = new Set<string>();
      const callback =
        (take: (message: Msg) => void) =>
        (error: NatsError | null, message: Msg): void => {
          if (error !== null) {
            over.reject(new DiagnosticsPermissionError(allLogLinesSubject(lattice), { cause: error }));
            return;
          }
          try {
            take(message);
          } catch {
            // What is no message of a host is none of ours.
          }
        };
      const subscriptions = [
        connection.subscribe(allLogLinesSubject(lattice), {
          callback: callback(({ data }) => {
            const { hostId, lines, dropped } = decodeLogLines(data);
            // Others follow as well, and hosts tell all of us at once.
            const wished = lines.filter((line) => isWished(wish, line));
            if (wished.length > 0 || dropped > 0) onLines(hostId, wished, dropped);
          }),
        }),
        connection.subscribe(consents, {
          callback: callback(({ data }) => {
            if (data.length === 0) return;
            const { hostId, refusal } = decodeLogConsent(data);
            if (known.has(hostId)) return;
            known.add(hostId);
            onHost(hostId, refusal);
          }),
        }),
      ];
      void subscriptions[0]?.closed.then(() => over.resolve());
      const ask = (forMs: number): void => {
        if (connection.isClosed()) return;
        connection.publish(followLogsSubject(lattice), encodeLogWish({ ...wish, forMs }), {
          reply: consents,
        });
      };
      ask(leaseMs);
      const renewal = setInterval(() => ask(leaseMs), leaseMs / 3);
      const onAbort = (): void => over.resolve();
      signal.addEventListener('abort', onAbort, { once: true });
      try {
        await over.promise;
      } finally {
        clearInterval(renewal);
        signal.removeEventListener('abort', onAbort);
        ask(0);
        for (const subscription of subscriptions) subscription.unsubscribe();
      }
    },
  };
}

function isNatsError(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
