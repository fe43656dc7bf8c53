import { startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import fc from 'fast-check';
import { connect, headers as createHeaders, createInbox, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { func, t } from '../builders.js';
import type { CallHandler } from '../serve.js';
import { call } from '../typed.js';
import { createNatsInvoker, createNatsServer, invocationSubject } from './index.js';

const lattice = 'default';
const target = 'peer';
const instance = 'acme:test/fuzz@1.0.0';

const echo = func('echo', [['text', t.string]], t.string);
const body = t.record({ lines: t.list(t.stream(t.string)), done: t.future(t.option(t.stream(t.u8))) });
const relay = func('relay', [['body', body]], body);

/** Reads everything there is, and gives up where it breaks. */
const readAll: CallHandler = async ([received]) => {
  const { lines, done } = received as { lines: AsyncIterable<unknown>[]; done: Promise<unknown> };
  await Promise.allSettled([...lines.map((one) => Array.fromAsync(one)), done]);
  return { lines: [], done: Promise.resolve(undefined) };
};

const rests = fc.oneof(
  fc.constantFrom('', '.params', '.results', '.cancel', '.ack.params', '.cancel.params', '.cancel.results'),
  fc
    .tuple(
      fc.constantFrom('.params', '.results', '.ack.params', '.ack.results', '.cancel.params'),
      fc.array(fc.oneof(fc.nat(3), fc.nat()), { minLength: 1, maxLength: 4 }),
    )
    .map(([root, path]) => `${root}.${path.join('.')}`),
  fc.stringMatching(/^\.[a-z0-9:@~-]{1,20}$/),
);
// Counts, pending streams and short texts are what gets furthest.
const payload = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc
    .array(fc.constantFrom(0, 1, 2, 3, 0x61, 0x7f, 0x80, 0xff), { maxLength: 12 })
    .map((bytes) => Uint8Array.from(bytes)),
);
const header = fc.option(
  fc.tuple(
    fc.constantFrom(
      'wasmlattice-window',
      'wasmlattice-error-code',
      'wasmlattice-error',
      'wasmlattice-probe',
      'source-id',
    ),
    fc.stringMatching(/^[ -~]{0,20}$/),
  ),
  { nil: undefined, freq: 3 },
);
/** Something a peer says: below the subject it was told, or as a new call. */
const message = fc.record({
  rest: rests,
  payload,
  header,
  status: fc.constantFrom(0, 0, 0, 0, 100, 408, 503),
});
const messages = fc.array(message, { maxLength: 30 });

type Message = typeof message extends fc.Arbitrary<infer M> ? M : never;

function publish(
  connection: NatsConnection,
  subject: string,
  { payload, header, status }: Message,
  reply?: string,
): void {
  const headers = status ? createHeaders(status, 'x') : createHeaders();
  if (header) headers.append(header[0], header[1]);
  connection.publish(subject, payload, {
    ...(reply && { reply }),
    ...((header || status) && { headers }),
  });
}

describe('whatever a peer sends', () => {
  let nats: TestNatsServer;
  let ours: NatsConnection;
  let theirs: NatsConnection;

  beforeAll(async () => {
    nats = await startNatsServer();
  });

  afterAll(async () => {
    await nats[Symbol.asyncDispose]();
  });

  beforeEach(async () => {
    [ours, theirs] = await Promise.all([connect({ servers: nats.url }), connect({ servers: nats.url })]);
  });

  afterEach(async () => {
    await Promise.all([ours.close(), theirs.close()]);
  });

  it('a server goes on to answer the others, and closes', async () => {
    const server = createNatsServer({ connection: ours, lattice, paramsTimeoutMs: 100, drainTimeoutMs: 50 });
    await server.serve({ target, instance, func: echo, handler: async ([text]) => text });
    await server.serve({ target, instance, func: relay, handler: readAll });
    const invoker = createNatsInvoker({ connection: theirs, lattice });
    const roots: string[] = [];
    const property = fc.asyncProperty(fc.constantFrom(echo, relay), messages, async ({ name }, said) => {
      const root = createInbox();
      const accepted = Promise.withResolvers<string>();
      const subscription = theirs.subscribe(root, {
        callback: (_, { reply = '' }) => accepted.resolve(reply),
      });
      const subject = invocationSubject(lattice, target, instance, name);
      const [first, ...rest] = said;
      if (first) {
        publish(theirs, subject, first, root);
        const accepting = await accepted.promise;
        // A probe is answered, but not accepted.
        if (accepting) roots.push(accepting);
      }
      for (const one of rest)
        publish(theirs, (roots.at(-1 - (one.payload.length % 3)) ?? subject) + one.rest, one);
      expect(await call(invoker, { target, instance, func: echo, params: ['x'] })).toBe('x');
      subscription.unsubscribe();
    });
    await fc.assert(property, { numRuns: 1_000 });
    await invoker.close();
    await server.close();
  });

  it('an invoker settles its calls, and goes on to make others', async () => {
    const honest = createNatsServer({ connection: ours, lattice: 'honest' });
    await honest.serve({ target, instance, func: echo, handler: async ([text]) => text });
    const other = createNatsInvoker({ connection: theirs, lattice: 'honest' });
    const property = fc.asyncProperty(fc.constantFrom(echo, relay), messages, async (called, said) => {
      const invoker = createNatsInvoker({ connection: ours, lattice, timeoutMs: 20 });
      const subscription = theirs.subscribe(invocationSubject(lattice, target, instance, called.name), {
        callback: (_, { reply = '' }) => {
          for (const one of said)
            publish(theirs, reply + one.rest, one, one.status ? undefined : createInbox());
        },
      });
      await theirs.flush();
      const params = called === echo ? ['x'] : [{ lines: [], done: Promise.resolve(undefined) }];
      const outcome = await invoker.invoke({ target, instance, func: called, params }).then(
        () => 'settled',
        () => 'settled',
      );
      expect(outcome).toBe('settled');
      subscription.unsubscribe();
      await invoker.close();
    });
    await fc.assert(property, { numRuns: 200 });
    expect(await call(other, { target, instance, func: echo, params: ['x'] })).toBe('x');
    await other.close();
    await honest.close();
  });
});
