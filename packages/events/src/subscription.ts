import { DecodeError } from '@wasmlattice/control-interface/codec';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import type { Msg, NatsConnection, NatsError, Subscription } from 'nats';
import { decodeEnvelope, type EventAttributes, type ReceivedEvent } from './envelope.js';
import { EventLog } from './event-log.js';
import type { EventDataByName, EventName } from './lattice-event.js';
import { allEventsSubject, eventSubject } from './subjects.js';

/** No matching event came in time. The message tells which events came instead. */
export class EventTimeoutError extends Error {
  override readonly name = 'EventTimeoutError';
  readonly timeoutMs: number;

  constructor(description: string, timeoutMs: number, seen: string) {
    super(`${description} did not happen within ${timeoutMs} ms (${seen})`);
    this.timeoutMs = timeoutMs;
  }
}

/** The subscription was closed, or its connection was, before a matching event came. */
export class EventSubscriptionClosedError extends Error {
  override readonly name = 'EventSubscriptionClosedError';

  constructor(description: string) {
    super(`the event subscription ended before ${description} happened`);
  }
}

/** The server does not let this connection subscribe to events, or the connection is closed. */
export class EventSubscribeError extends Error {
  override readonly name = 'EventSubscribeError';

  constructor(lattice: string, cause: unknown) {
    super(
      `cannot subscribe to the events of lattice "${lattice}": check the NATS connection and its permissions`,
      {
        cause,
      },
    );
  }
}

/** What {@link subscribeEvents} needs. */
export interface EventSubscriptionOptions {
  /** The *control* connection; it stays the caller's. */
  readonly connection: NatsConnection;
  readonly lattice: string;
  /** Only these events; all of them if absent. */
  readonly names?: readonly EventName[];
  /** How many events are kept for waits and iterations that begin in the past; 1000 by default. */
  readonly history?: number;
  readonly logger?: Logger;
}

/** From where and until when to read. */
export interface EventReadOptions {
  /** A {@link EventSubscription.position}; the beginning of the subscription by default. */
  readonly from?: number;
  readonly signal?: AbortSignal;
}

/** How to wait for one event. */
export interface EventWaitOptions extends EventReadOptions {
  readonly timeoutMs: number;
  /** Completes the error message "… did not happen within 500 ms"; `the awaited event` by default. */
  readonly description?: string;
}

/**
 * The events of a lattice since the subscription began. Subscribe first, then act, then wait: an event that came
 * before the wait began counts, too. Give {@link position} as `from` to leave out what came earlier.
 */
export interface EventSubscription extends AsyncIterable<ReceivedEvent>, AsyncDisposable {
  /** The position the next event will have. */
  readonly position: number;
  /** Events in the order of arrival, until the subscription closes; rejects with the signal's reason. */
  read(options?: EventReadOptions): AsyncIterable<ReceivedEvent>;
  /**
   * The first event that satisfies `predicate`; see {@link eventNamed}. Rejects with an `EventTimeoutError`, an
   * `EventSubscriptionClosedError`, or the signal's reason.
   */
  waitForEvent<E extends ReceivedEvent>(
    predicate: (event: ReceivedEvent) => event is E,
    options: EventWaitOptions,
  ): Promise<E>;
  waitForEvent(
    predicate: (event: ReceivedEvent) => boolean,
    options: EventWaitOptions,
  ): Promise<ReceivedEvent>;
  /** Ends the subscription and all that read from it. May be called twice. */
  close(): Promise<void>;
}

const defaultHistory = 1000;

/** Subscribes to the events of a lattice. Resolves once the server delivers them. */
export async function subscribeEvents(options: EventSubscriptionOptions): Promise<EventSubscription> {
  const { connection, lattice, names, history = defaultHistory, logger = noopLogger } = options;
  const log = new EventLog<ReceivedEvent>(history);
  let failure: unknown;

  const onMessage = (error: NatsError | null, message: Msg): void => {
    if (error !== null) {
      failure = error;
      logger.error('an event subscription was refused or lost', { lattice, error });
      log.finish();
      return;
    }
    try {
      log.push(decodeEnvelope(message.data));
    } catch (cause) {
      if (!(cause instanceof DecodeError)) throw cause;
      logger.warn('skipped a message that is no event', { subject: message.subject, error: cause });
    }
  };

  const subjects = names?.map((name) => eventSubject(lattice, name)) ?? [allEventsSubject(lattice)];
  const subscriptions: Subscription[] = [];
  const unsubscribe = (): void => {
    for (const subscription of subscriptions) subscription.unsubscribe();
  };
  try {
    for (const subject of subjects) {
      const subscription = connection.subscribe(subject, { callback: onMessage });
      void subscription.closed.then(() => log.finish());
      subscriptions.push(subscription);
    }
    // A refusal arrives before the answer to the flush.
    await connection.flush();
    if (failure !== undefined) throw failure;
    return subscriptionOf(log, unsubscribe);
  } catch (cause) {
    unsubscribe();
    throw new EventSubscribeError(lattice, cause);
  }
}

/** A predicate for `waitForEvent`: events of this name, and whose data satisfies `matching` if it is given. */
export function eventNamed<N extends EventName>(
  name: N,
  matching: (data: EventDataByName[N], event: EventAttributes) => boolean = () => true,
): (event: ReceivedEvent) => event is Extract<ReceivedEvent, { readonly name: N }> {
  return (event): event is Extract<ReceivedEvent, { readonly name: N }> =>
    // The name decides the type of the data, which the compiler cannot follow for a type parameter.
    event.name === name && matching(event.data as EventDataByName[N], event);
}

function subscriptionOf(log: EventLog<ReceivedEvent>, unsubscribe: () => void): EventSubscription {
  const close = async (): Promise<void> => {
    unsubscribe();
    log.finish();
  };
  const read = (options: EventReadOptions = {}): AsyncIterable<ReceivedEvent> =>
    log.read(options.from ?? 0, options.signal);

  return {
    get position() {
      return log.end;
    },
    read,
    // An implementation of the overloads: the predicate's verdict is the type guard's.
    waitForEvent: <E extends ReceivedEvent>(
      predicate: (event: ReceivedEvent) => boolean,
      options: EventWaitOptions,
    ): Promise<E> => waitForEvent(log, predicate, options) as Promise<E>,
    close,
    [Symbol.asyncIterator]: () => read()[Symbol.asyncIterator](),
    [Symbol.asyncDispose]: close,
  };
}

async function waitForEvent(
  log: EventLog<ReceivedEvent>,
  predicate: (event: ReceivedEvent) => boolean,
  options: EventWaitOptions,
): Promise<ReceivedEvent> {
  const { timeoutMs, signal, from = 0, description = 'the awaited event' } = options;
  const seen = new Map<string, number>();
  const deadline = new AbortController();
  const timer = setTimeout(
    () => deadline.abort(new EventTimeoutError(description, timeoutMs, describeSeen(seen))),
    timeoutMs,
  );
  try {
    const stop = signal === undefined ? deadline.signal : AbortSignal.any([signal, deadline.signal]);
    for await (const event of log.read(from, stop)) {
      if (predicate(event)) return event;
      seen.set(event.name, (seen.get(event.name) ?? 0) + 1);
    }
    throw new EventSubscriptionClosedError(description);
  } finally {
    clearTimeout(timer);
  }
}

function describeSeen(seen: ReadonlyMap<string, number>): string {
  if (seen.size === 0) return 'no other event came: is a host running in this lattice?';
  return `instead came ${[...seen].map(([name, count]) => `${count} ${name}`).join(', ')}`;
}
