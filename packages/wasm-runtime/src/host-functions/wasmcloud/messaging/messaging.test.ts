import { err, ok } from '@wasmlattice/rpc';
import { RecordingLogger } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import type { ComponentInstance } from '../../../engines/engine.js';
import { testContext, testLinks } from '../../../testing/context.js';
import type { InstanceContext, LinkInvoker } from '../../host-interface.js';
import { Client } from './client.js';
import { invokeMessageHandler } from './incoming-handler.js';
import { messagingInterfaces } from './index.js';
import { Message } from './message.js';
import { RequestOptions } from './request-options.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

function bind<T>(name: string, version: string, context: InstanceContext): T {
  const served = messagingInterfaces.find(
    (candidate) => candidate.name === `wasmcloud:messaging/${name}` && candidate.accepts(version),
  );
  return served?.bind(context) as T;
}

/** A context whose calls are kept and answered with `answer`. */
function contextWith(answer: unknown) {
  const calls: unknown[] = [];
  const logger = new RecordingLogger();
  const invoke: LinkInvoker['invoke'] = async (linkKey, { instance, func, params, timeoutMs }, linkName) => {
    calls.push({ linkKey, instance, func: func.name, params, timeoutMs, linkName });
    if (answer instanceof Error) throw answer;
    return answer;
  };
  return { calls, logger, context: testContext({ logger, links: testLinks(invoke) }) };
}

const wire = { linkKey: 'wasmcloud:messaging/consumer', instance: 'wasmcloud:messaging/consumer@0.2.0' };
const failure = (code: string): Error =>
  Object.assign(new Error(`it is ${code}`), { name: 'RpcError', code });

describe('wasmcloud:messaging/consumer 0.2.0', () => {
  interface Consumer {
    publish(message: unknown): Promise<void>;
    request(subject: string, body: Uint8Array, timeoutMs: number): Promise<unknown>;
  }

  it('gives a request the time the guest gives it', async () => {
    const reply = { subject: 'r', body: bytes('pong'), replyTo: undefined };
    const { calls, context } = contextWith(ok(reply));
    const consumer = bind<Consumer>('consumer', '0.2.0', context);
    expect(await consumer.request('svc', bytes('ping'), 60_000)).toEqual(reply);
    expect(calls).toEqual([
      {
        ...wire,
        func: 'request',
        params: ['svc', bytes('ping'), 60_000],
        timeoutMs: 70_000,
        linkName: undefined,
      },
    ]);
    // A timer of more than 2^31 ms would fire at once.
    await consumer.request('svc', bytes('ping'), 2 ** 32 - 1);
    expect(calls[1]).toMatchObject({ timeoutMs: 2 ** 31 - 1, params: ['svc', bytes('ping'), 2 ** 31 - 1] });
  });

  it('gives the guest what the provider says and what keeps the call from it', async () => {
    const publish = (answer: unknown): Promise<void> =>
      bind<Consumer>('consumer', '0.2.0', contextWith(answer).context).publish({});
    await expect(publish(err('no such subject'))).rejects.toMatchObject({ payload: 'no such subject' });
    await expect(publish(failure('not-found'))).rejects.toMatchObject({
      payload: 'wasmcloud:messaging/consumer publish: it is not-found',
    });
  });
});

describe('wasmcloud:messaging 0.3.0', () => {
  interface Producer {
    send(client: Client, topic: string, message: Message): Promise<void>;
  }
  interface RequestReply {
    request(client: Client, topic: string, message: Message, options?: RequestOptions): Promise<Message[]>;
    reply(replyTo: Message, message: Message): Promise<void>;
  }

  it('sends as a provider of 0.2.0 takes it, through the link the client is connected to', async () => {
    const { calls, context } = contextWith(ok());
    const { send } = bind<Producer>('producer', '0.3.0', context);
    await send(Client.connect(''), 'news', new Message(bytes('a')));
    await send(Client.connect('kafka'), 'news', new Message(bytes('b')));
    const sent = (body: string): unknown[] => [{ subject: 'news', body: bytes(body), replyTo: undefined }];
    expect(calls).toMatchObject([
      { ...wire, func: 'publish', params: sent('a'), linkName: undefined },
      { ...wire, func: 'publish', params: sent('b'), linkName: 'kafka' },
    ]);
  });

  it('asks, and waits as long as its options say', async () => {
    const { calls, context } = contextWith(ok({ subject: 'r', body: bytes('pong'), replyTo: 'again' }));
    const { request } = bind<RequestReply>('request-reply', '0.3.0', context);
    const options = new RequestOptions();
    options.setTimeoutMs(500);
    const [reply] = await request(Client.connect(''), 'svc', new Message(bytes('ping')), options);
    expect([reply?.topic(), reply?.data(), reply?.replyTo]).toEqual(['r', bytes('pong'), 'again']);
    expect(calls).toMatchObject([
      { func: 'request', params: ['svc', bytes('ping'), 500], timeoutMs: 10_500 },
    ]);
    options.setExpectedReplies(2);
    await expect(
      request(Client.connect(''), 'svc', new Message(bytes('ping')), options),
    ).rejects.toMatchObject({ payload: { tag: 'other', val: expect.stringMatching(/^2 replies/) } });
  });

  it('replies where an answer is awaited, and nowhere else', async () => {
    const { calls, context } = contextWith(ok());
    const { reply } = bind<RequestReply>('request-reply', '0.3.0', context);
    const asked = { subject: 's', body: bytes(''), replyTo: '_INBOX.1' };
    await reply(Message.from(asked), new Message(bytes('answer')));
    await reply(Message.from({ ...asked, replyTo: undefined }), new Message(bytes('answer')));
    expect(calls).toMatchObject([
      { func: 'publish', params: [{ subject: '_INBOX.1', body: bytes('answer'), replyTo: undefined }] },
    ]);
  });

  it.each([
    [failure('timeout'), { tag: 'timeout' }],
    [failure('not-found'), { tag: 'connection', val: expect.stringMatching(/it is not-found/) }],
    [err('full'), { tag: 'other', val: 'full' }],
  ])('tells failures apart', async (answer, payload) => {
    const { send } = bind<Producer>('producer', '0.3.0', contextWith(answer).context);
    await expect(send(Client.connect(''), 't', new Message(bytes('')))).rejects.toMatchObject({ payload });
  });

  it('refuses metadata, which would be lost, and warns of a content-type', async () => {
    const { calls, logger, context } = contextWith(ok());
    const { send } = bind<Producer>('producer', '0.3.0', context);
    const message = new Message(bytes(''));
    message.setContentType('text/plain');
    message.addMetadata('a', '1');
    message.addMetadata('a', '2');
    message.addMetadata('b', '3');
    expect(message.metadata()).toEqual([
      ['a', '2'],
      ['b', '3'],
    ]);
    await expect(send(Client.connect(''), 't', message)).rejects.toMatchObject({ payload: { tag: 'other' } });
    message.removeMetadata('a');
    message.setMetadata([]);
    await send(Client.connect(''), 't', message);
    expect(calls).toHaveLength(1);
    expect(logger.records).toMatchObject([{ level: 'warn', message: expect.stringMatching(/content-type/) }]);
  });

  it('gives messages to the handler of a component, and its error as a text', async () => {
    let seen: unknown[] = [];
    const answering = (answer: unknown): ComponentInstance => ({
      call: async (id, func, [message]) => {
        const { replyTo } = message as Message;
        seen = [id, func, (message as Message).topic(), (message as Message).data(), replyTo];
        return answer;
      },
    });
    const id = 'wasmcloud:messaging/incoming-handler@0.3.0';
    const message = { subject: 's', body: bytes('b'), replyTo: 'r' };
    expect(await invokeMessageHandler(answering(ok()), id, message)).toEqual(ok());
    expect(seen).toEqual([id, 'handle', 's', bytes('b'), 'r']);
    const refused = answering(err({ tag: 'other', val: 'full' }));
    expect(await invokeMessageHandler(refused, id, message)).toEqual(err('other: full'));
    expect(await invokeMessageHandler(answering(err({ tag: 'timeout' })), id, message)).toEqual(
      err('timeout'),
    );
  });
});
