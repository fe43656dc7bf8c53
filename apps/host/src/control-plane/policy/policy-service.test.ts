import { RecordingLogger, startNatsServer, type TestNatsServer } from '@wasmlattice/test-support';
import { connect, type Msg, type NatsConnection } from 'nats';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { PolicyQuestion } from './policy-request.js';
import { createPolicyService, type PolicyService, type PolicyServiceOptions } from './policy-service.js';

let server: TestNatsServer;
let connection: NatsConnection;
let topic: string;
let number = 0;
let service: PolicyService | undefined;
const logger = new RecordingLogger();

beforeAll(async () => {
  server = await startNatsServer();
  connection = await connect({ servers: server.url });
});
afterAll(async () => {
  await connection?.close();
  await server?.[Symbol.asyncDispose]();
});
beforeEach(() => {
  topic = `acme.policy.${++number}`;
});
afterEach(() => service?.close());

const host = { publicKey: 'NHOST', lattice: 'default', labels: { zone: 'rust' } };

function start(componentId: string, maxInstances = 1): PolicyQuestion {
  const claims = { publicKey: 'MB', issuer: 'AD', issuedAt: '1795854602', expiresAt: null, expired: false };
  return {
    kind: 'startComponent',
    request: { componentId, imageRef: 'reg/hello:0.1.0', maxInstances, annotations: {}, claims },
  };
}

function open(options: Partial<PolicyServiceOptions> = {}): PolicyService {
  service = createPolicyService({
    connection,
    topic,
    changesTopic: undefined,
    timeoutMs: 60_000,
    whenSilent: 'deny',
    host,
    onChange() {},
    logger,
    ...options,
  });
  return service;
}

/** What was asked, and the ids of the requests. */
async function answering(
  reply: (asked: Readonly<Record<string, unknown>>, message: Msg) => unknown,
): Promise<string[]> {
  const asked: string[] = [];
  connection.subscribe(topic, {
    callback(_, message) {
      asked.push(message.string());
      const given = reply(JSON.parse(message.string()), message);
      if (given !== undefined) message.respond(typeof given === 'string' ? given : JSON.stringify(given));
    },
  });
  await connection.flush();
  return asked;
}

const permit = ({ requestId }: Readonly<Record<string, unknown>>) => ({
  requestId,
  permitted: true,
  message: null,
});

describe('a policy service', () => {
  it('is asked as wasmCloud 1.9.2 asks', async () => {
    const asked = await answering(permit);
    expect(await open().decide(start('hello', 5))).toMatchObject({ permitted: true, isFinal: true });
    const [text = ''] = asked;
    const { requestId } = JSON.parse(text);
    expect(requestId).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    // But for the id, byte by byte what a host of 1.9.2 sent.
    expect(text.replace(requestId, 'ID')).toBe(
      '{"requestId":"ID","kind":"startComponent","version":"v1","request":{"componentId":"hello","imageRef":"reg/hello:0.1.0","maxInstances":5,"annotations":{},"claims":{"publicKey":"MB","issuer":"AD","issuedAt":"1795854602","expiresAt":null,"expired":false}},"host":{"publicKey":"NHOST","lattice":"default","labels":{"zone":"rust"}}}',
    );
  });

  it('is asked each question once, also at the same time, and again for more instances', async () => {
    const asked = await answering(permit);
    const policy = open();
    await Promise.all([policy.decide(start('a')), policy.decide(start('a'))]);
    await policy.decide(start('a'));
    expect(asked).toHaveLength(1);
    await policy.decide(start('a', 7));
    await policy.decide(start('a', 3));
    await policy.decide(start('b'));
    expect(asked).toHaveLength(3);
  });

  it('is heard when it says no, with its reason', async () => {
    const asked = await answering(({ requestId }) => ({
      requestId,
      permitted: false,
      message: 'not this one',
    }));
    const policy = open();
    const denied = { permitted: false, message: 'not this one', isFinal: true };
    expect(await policy.decide(start('a'))).toMatchObject(denied);
    expect(await policy.decide(start('a', 9))).toMatchObject(denied);
    expect(asked).toHaveLength(1);
  });

  it.each([
    ['no JSON', '{', 'the answer is no JSON'],
    ['another type', { requestId: 7, permitted: true }, 'the answer has no requestId'],
    ['no decision', { requestId: 'x', permitted: 'yes' }, 'permitted is neither true nor false'],
    ['another request', { requestId: 'x', permitted: true }, 'the answer is to request "x"'],
    ['too much', 'x'.repeat(70_000), 'more than 65536'],
  ])('that answers with %s has not permitted anything, and is asked again', async (_, reply, reason) => {
    const asked = await answering(() => reply);
    const policy = open();
    const decision = await policy.decide(start('a'));
    expect(decision).toMatchObject({ permitted: false, isFinal: false });
    expect(decision.message).toContain(reason);
    await policy.decide(start('a'));
    expect(asked).toHaveLength(2);
  });

  it('that is not there or does not answer denies, or allows where a setting says so', async () => {
    const denied = await open().decide(start('a'));
    expect(denied).toMatchObject({ permitted: false, isFinal: false });
    expect(denied.message).toContain(`nobody listens on ${topic}`);
    await answering(() => undefined);
    service?.close();
    const allowed = await open({ whenSilent: 'allow', timeoutMs: 50 }).decide(start('a'));
    expect(allowed).toMatchObject({ permitted: true, isFinal: false });
    expect(allowed.message).toContain('within 50 ms');
  });

  it('changes its decisions by the ids of requests, and of no others', async () => {
    const asked = await answering(permit);
    const changes = `${topic}.changes`;
    const changed: PromiseWithResolvers<void> = Promise.withResolvers();
    const policy = open({ changesTopic: changes, onChange: () => changed.resolve() });
    await policy.decide(start('a'));
    await policy.decide(start('b'));
    const { requestId } = JSON.parse(asked[0] ?? '');
    for (const noise of [
      '{',
      '[]',
      '{"requestId":"x","permitted":false}',
      '{"requestId":"__proto__","permitted":false}',
    ]) {
      connection.publish(changes, noise);
    }
    connection.publish(changes, JSON.stringify({ requestId, permitted: false, message: 'not any more' }));
    await changed.promise;
    expect(await policy.decide(start('a', 99))).toMatchObject({ permitted: false, message: 'not any more' });
    expect(await policy.decide(start('b'))).toMatchObject({ permitted: true });
    expect(asked).toHaveLength(2);
  });
});
