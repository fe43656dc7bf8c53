import { describeError, type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { CapturedComponent, CapturePage, CaptureWish } from './captures.js';

/** What threads and processes are told of a capture. */
export interface CaptureOrder {
  readonly capture: string;
  readonly component: string;
  readonly count: number;
  /** They stop by themselves unless they are told again by then; 0: at once. */
  readonly forMs: number;
  readonly mask: readonly string[];
}

/** Where a host's captures come from. */
export interface CaptureSource {
  /** `undefined`: no such component runs here. */
  describe(component: string): Promise<CapturedComponent | undefined>;
  record(order: CaptureOrder): void;
}

/** Who captures on a host, and what was recorded for whom and not fetched yet. */
export interface CaptureSessions {
  /** Resolves soon, with what there is by then. */
  answer(wish: CaptureWish): Promise<CapturePage>;
  /** @param component the one that the line is from, whatever it says */
  captured(line: { readonly capture: string; readonly line: string }, component?: string): void;
  close(): void;
}

export interface CaptureSessionsOptions {
  readonly hostId: string;
  readonly hostVersion: string;
  readonly source: CaptureSource;
  readonly logger?: Logger;
  /** Who does not come back for as long is gone, in ms. Default 6,000. */
  readonly leaseMs?: number;
  /** How long an answer waits for something to tell, in ms. Default 500. */
  readonly waitMs?: number;
}

/** Captures that go on at a time. */
const maxSessions = 4;
/** What is kept of one until it is fetched, in bytes. */
const maxKeptBytes = 16 * 1_024 * 1_024;
/** Of one line. */
const maxLineBytes = 512 * 1_024;
/** Of the lines in an answer: a line may be as long by itself. Any NATS server takes 1 MiB. */
const maxPageBytes = 512 * 1_024;

interface Session {
  readonly wish: CaptureWish;
  readonly component: CapturedComponent;
  /** Lines that were not fetched, and how many were before. */
  readonly lines: string[];
  fetched: number;
  keptBytes: number;
  dropped: number;
  lease: NodeJS.Timeout | undefined;
  /** Has an answer go out that waits. */
  onLine: (() => void) | undefined;
}

export function createCaptureSessions(options: CaptureSessionsOptions): CaptureSessions {
  const { hostId, hostVersion, source, logger = noopLogger, leaseMs = 6_000, waitMs = 500 } = options;
  const sessions = new Map<string, Session>();
  /** Those that are about to begin: to describe a component takes a moment. */
  const beginning = new Map<
    string,
    { readonly wish: CaptureWish; readonly begun: Promise<Session | string | undefined> }
  >();
  let isClosed = false;

  const end = (session: Session, why: string): void => {
    const { capture, component, count, mask } = session.wish;
    clearTimeout(session.lease);
    sessions.delete(capture);
    source.record({ capture, component, count, mask, forMs: 0 });
    session.onLine?.();
    logger.info('a capture of invocations is over', {
      component,
      capture,
      why,
      recorded: recordedBy(session),
      dropped: session.dropped,
    });
  };

  const renew = (session: Session): void => {
    clearTimeout(session.lease);
    session.lease = setTimeout(() => end(session, 'nobody came back for its records'), leaseMs).unref();
    const { capture, component, count, mask } = session.wish;
    if (recordedBy(session) < count) source.record({ capture, component, count, mask, forMs: leaseMs });
  };

  /** Why not, or `undefined` for a component that does not run here. */
  const begin = async (wish: CaptureWish): Promise<Session | string | undefined> => {
    const rival = [...sessions.values(), ...beginning.values()].find(
      ({ wish: other }) => other.component === wish.component,
    );
    if (rival !== undefined) return `somebody captures component ${wish.component} on this host already`;
    if (sessions.size + beginning.size >= maxSessions)
      return `${maxSessions} captures go on on this host already`;
    const component = await source.describe(wish.component);
    if (component === undefined || isClosed) return undefined;
    const session: Session = {
      wish,
      component,
      lines: [],
      fetched: 0,
      keptBytes: 0,
      dropped: 0,
      lease: undefined,
      onLine: undefined,
    };
    sessions.set(wish.capture, session);
    renew(session);
    logger.info('invocations of a component are captured', {
      component: wish.component,
      capture: wish.capture,
      count: wish.count,
    });
    return session;
  };

  const sessionOf = async (wish: CaptureWish): Promise<Session | string | undefined> => {
    const known = sessions.get(wish.capture);
    if (known !== undefined) return known;
    // Who has got something of a capture that is not known any more came back too late.
    if (wish.from > 0) return 'the capture is over: nobody came back for its records in time';
    const begun = beginning.get(wish.capture)?.begun ?? begin(wish);
    beginning.set(wish.capture, { wish, begun });
    try {
      return await begun;
    } finally {
      beginning.delete(wish.capture);
    }
  };

  const page = (parts: Partial<CapturePage>): CapturePage => ({
    hostId,
    hostVersion,
    lines: [],
    dropped: 0,
    isComplete: true,
    ...parts,
  });

  return {
    async answer(wish) {
      if (wish.isOver) {
        const session = sessions.get(wish.capture);
        if (session === undefined) return page({});
        forget(session, wish.from);
        end(session, 'its asker has enough');
        return page({
          component: session.component,
          lines: firstOf(session.lines),
          dropped: session.dropped,
        });
      }
      const isFirst = !sessions.has(wish.capture);
      let session: Session | string | undefined;
      try {
        session = await sessionOf(wish);
      } catch (error) {
        session = `the component can't be described: ${describeError(error)}`;
      }
      if (session === undefined) return page({});
      if (typeof session === 'string') return page({ refusal: session });
      forget(session, wish.from);
      if (!isFirst) renew(session);
      const hasMore = (): boolean => session.lines.length > 0 || recordedBy(session) >= wish.count;
      // The first answer tells at once that it records.
      if (!hasMore() && !isFirst) await lineOrTimeout(session, waitMs);
      const lines = firstOf(session.lines);
      return page({
        component: session.component,
        lines,
        dropped: session.dropped,
        isComplete: session.fetched + lines.length >= session.wish.count || !sessions.has(wish.capture),
      });
    },

    captured({ capture, line }, component) {
      const session = sessions.get(capture);
      if (session === undefined) return;
      if (component !== undefined && component !== session.wish.component) return;
      if (recordedBy(session) >= session.wish.count || line.includes('\n')) return;
      const bytes = Buffer.byteLength(line);
      if (bytes > maxLineBytes || session.keptBytes + bytes > maxKeptBytes) {
        session.dropped++;
        return;
      }
      session.lines.push(line);
      session.keptBytes += bytes;
      session.onLine?.();
    },

    close() {
      isClosed = true;
      for (const session of [...sessions.values()]) end(session, 'the host stops');
    },
  };
}

function recordedBy({ fetched, lines }: Session): number {
  return fetched + lines.length;
}

/** What the asker has need not be kept. */
function forget(session: Session, from: number): void {
  const known = session.lines.splice(0, Math.max(0, from - session.fetched));
  session.fetched += known.length;
  session.keptBytes -= known.reduce((sum, line) => sum + Buffer.byteLength(line), 0);
}

function firstOf(lines: readonly string[]): readonly string[] {
  let bytes = 0;
  const end = lines.findIndex((line, at) => {
    bytes += Buffer.byteLength(line) + 1;
    return at > 0 && bytes > maxPageBytes;
  });
  return end < 0 ? [...lines] : lines.slice(0, end);
}

async function lineOrTimeout(session: Session, ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  session.onLine = resolve;
  try {
    await promise;
  } finally {
    clearTimeout(timer);
    session.onLine = undefined;
  }
}
