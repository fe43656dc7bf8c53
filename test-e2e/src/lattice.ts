import type { TestNatsServer } from '@wasmlattice/test-support';
import {
  type ConnectionOptions,
  connect,
  ErrorCode,
  type Msg,
  type NatsConnection,
  type NatsError,
} from 'nats';

/** A reply of the control interface, as JSON has it. */
export interface Reply {
  readonly success: boolean;
  readonly message: string;
  readonly response?: unknown;
}

/** A CloudEvent, as JSON has it. */
export interface CloudEvent {
  readonly specversion: string;
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly datacontenttype: string;
  readonly time: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/**
 * A stranger in the lattice: plain NATS, subjects and JSON written out, so that nothing of our own client or codecs
 * stands between a test and the wire.
 */
export interface Lattice extends AsyncDisposable {
  readonly connection: NatsConnection;
  /** Asks `wasmbus.ctl.v1.default.{tail}`; a string goes out as it is. */
  ask(tail: string, payload?: unknown): Promise<Reply>;
  /** As {@link Lattice.ask}, and fails unless the host says success. */
  succeed(tail: string, payload?: unknown): Promise<Reply>;
  /** All events so far, in order. */
  readonly events: readonly CloudEvent[];
  /** The first event of that name, now or later, whose data has these members. */
  event(name: string, data?: Readonly<Record<string, unknown>>): Promise<CloudEvent>;
  /** As {@link Lattice.event}, for events after this moment. */
  nextEvent(name: string, data?: Readonly<Record<string, unknown>>): Promise<CloudEvent>;
  /** Resolves once the NATS server has noticed that a killed host is gone: until then it passes on what nobody gets. */
  gone(host: { readonly id: string }): Promise<void>;
}

/** Longest wait for an answer or an event; reached only when something is broken. */
const patienceMs = 120_000;

/** Tests publish what is no event as well; to throw here would end the connection. */
function eventOf(message: Msg): CloudEvent | undefined {
  try {
    const event = message.json<Partial<CloudEvent> | null>();
    return typeof event?.type === 'string' ? (event as CloudEvent) : undefined;
  } catch {
    return undefined;
  }
}

export async function joinLattice(
  nats: Pick<TestNatsServer, 'url'>,
  lattice = 'default',
  login: Pick<ConnectionOptions, 'authenticator' | 'inboxPrefix' | 'tls'> = {},
): Promise<Lattice> {
  const connection = await connect({ servers: nats.url, ...login });
  const events: CloudEvent[] = [];
  const waiting = new Set<() => void>();
  connection.subscribe(`wasmbus.evt.${lattice}.*`, {
    callback(error, message) {
      if (error !== null) throw error;
      const event = eventOf(message);
      if (event === undefined) return;
      events.push(event);
      for (const check of [...waiting]) check();
    },
  });
  await connection.flush();

  const eventFrom = (
    position: number,
    name: string,
    data: Readonly<Record<string, unknown>>,
  ): Promise<CloudEvent> => {
    const event = new Promise<CloudEvent>((resolve, reject) => {
      const check = (): void => {
        const found = events
          .slice(position)
          .find((event) => event.type === `com.wasmcloud.lattice.${name}` && hasMembers(event.data, data));
        if (found === undefined) return;
        clearTimeout(timer);
        waiting.delete(check);
        resolve(found);
      };
      const timer = setTimeout(() => {
        waiting.delete(check);
        const seen = events.slice(position).map((event) => `${event.type} ${JSON.stringify(event.data)}`);
        reject(new Error(`no ${name} with ${JSON.stringify(data)}; there were:\n${seen.join('\n')}`));
      }, patienceMs);
      waiting.add(check);
      check();
    });
    // A test that failed before it came to wait for this has said why; nobody else's test is to fail for it.
    event.catch(() => {});
    return event;
  };

  const ask = async (tail: string, payload: unknown = ''): Promise<Reply> => {
    const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
    const reply = await connection.request(`wasmbus.ctl.v1.${lattice}.${tail}`, body, {
      timeout: patienceMs,
    });
    return reply.json<Reply>();
  };

  return {
    connection,
    events,
    ask,
    async succeed(tail, payload) {
      const reply = await ask(tail, payload);
      if (!reply.success) throw new Error(`${tail} was refused: ${reply.message}`);
      return reply;
    },
    event: (name, data = {}) => eventFrom(0, name, data),
    nextEvent: (name, data = {}) => eventFrom(events.length, name, data),
    async gone({ id }) {
      const subject = `wasmbus.ctl.v1.${lattice}.host.get.${id}`;
      const askAgain = (): Promise<boolean> =>
        connection.request(subject, '', { timeout: 1_000 }).then(
          () => true,
          (error: NatsError) => error.code !== ErrorCode.NoResponders,
        );
      while (await askAgain());
    },
    [Symbol.asyncDispose]: () => connection.close(),
  };
}

function hasMembers(
  data: Readonly<Record<string, unknown>>,
  members: Readonly<Record<string, unknown>>,
): boolean {
  return Object.entries(members).every(([key, value]) => JSON.stringify(data[key]) === JSON.stringify(value));
}
