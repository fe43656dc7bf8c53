import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { ServedExchange } from './exchange.js';
import { type HttpListener, type HttpTunables, openHttpListener } from './listener.js';
import { get, RawClient } from './testing/raw-client.js';

const opened: HttpListener[] = [];
const clients: RawClient[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client[Symbol.dispose]();
  await Promise.all(opened.splice(0).map((listener) => listener.close()));
});

/** Idle connections are waited for as long as a test needs, or not at all. */
const patient: Partial<HttpTunables> = { drainIdleMs: 3_600_000 };
const impatient: Partial<HttpTunables> = { drainIdleMs: 0 };

async function open(
  handle: (exchange: ServedExchange) => Promise<unknown>,
  tunables: Partial<HttpTunables> = patient,
  address: { readonly port: number; readonly reusePort: boolean } = { port: 0, reusePort: false },
): Promise<HttpListener> {
  const listener = await openHttpListener({ host: '127.0.0.1', ...address, handle, tunables });
  opened.push(listener);
  return listener;
}

function connectTo(listener: HttpListener): RawClient {
  const client = new RawClient(listener);
  clients.push(client);
  return client;
}

const connected = (client: RawClient): Promise<void> =>
  new Promise((resolve) => client.socket.once('connect', () => resolve()));

function answer({ responder }: ServedExchange, text: string): void {
  responder.start({ status: 200, headers: [] }).write(Buffer.from(text));
  responder.finish();
}

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

/** Long enough for a closing listener to have taken what waits, and to listen no more. */
const stoppedListening = async (): Promise<void> => {
  await endOfTurn();
  await endOfTurn();
};

interface Watched {
  readonly promise: Promise<void>;
  isDone: boolean;
}

function watch(promise: Promise<void>): Watched {
  const watched = { promise, isDone: false };
  void promise.then(() => {
    watched.isDone = true;
  });
  return watched;
}

describe('a listener that closes', () => {
  it('completes what is in flight and takes nothing new', async () => {
    const mayFinish = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const listener = await open(async (exchange) => {
      arrived.resolve();
      await mayFinish.promise;
      answer(exchange, 'completed');
    });
    const client = connectTo(listener);
    client.send(get('/'));
    await arrived.promise;
    const closing = watch(listener.close());
    await stoppedListening();
    const late = connectTo(listener);
    await late.closed();
    expect(late.error).toMatchObject({ code: 'ECONNREFUSED' });
    expect(closing.isDone).toBe(false);
    mayFinish.resolve();
    const received = await client.closed();
    expect(received).toMatch(/connection: close/i);
    expect(received).toMatch(/completed$/);
    await closing.promise;
  });

  it('answers connections that the system had ready for it', async () => {
    const listener = await open(async (exchange) => answer(exchange, 'answered'));
    const waiting = Array.from({ length: 20 }, () => connectTo(listener));
    for (const client of waiting) client.send(get('/'));
    // The handshakes are the system's work; this thread has accepted none of them yet.
    const closing = listener.close();
    for (const client of waiting) {
      await client.until('answered');
      expect(client.error).toBeUndefined();
      client.socket.destroy();
    }
    await closing;
  });

  it('answers a request that arrives on a connection that was kept alive, and closes it', async () => {
    const listener = await open(async (exchange) => answer(exchange, exchange.request.pathWithQuery));
    const client = connectTo(listener);
    client.send(get('/1'));
    await client.until('/1');
    expect(client.received).toMatch(/connection: keep-alive/i);
    const closing = listener.close();
    await stoppedListening();
    client.send(get('/2'));
    expect(await client.closed()).toMatch(/\/1HTTP\/1\.1 200 [\s\S]*connection: close[\s\S]*\/2$/i);
    expect(client.error).toBeUndefined();
    await closing;
  });

  it('answers all requests of a pipeline, the last one with connection: close', async () => {
    const mayAnswer = Promise.withResolvers<void>();
    const both = Promise.withResolvers<void>();
    let arrived = 0;
    const listener = await open(async (exchange) => {
      if (++arrived === 2) both.resolve();
      await mayAnswer.promise;
      answer(exchange, `<${exchange.request.pathWithQuery}>`);
    });
    const client = connectTo(listener);
    client.send(get('/1') + get('/2'));
    await both.promise;
    const closing = listener.close();
    await stoppedListening();
    mayAnswer.resolve();
    const received = await client.closed();
    expect(received.match(/<\/\d>|connection: [a-z-]+/gi)).toEqual([
      'Connection: keep-alive',
      '</1>',
      'Connection: close',
      '</2>',
    ]);
    await closing;
  });

  it('gives no request to a handler after it has said that the connection closes', async () => {
    const paths: string[] = [];
    const mayFinish = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const listener = await open(async ({ request, responder }) => {
      paths.push(request.pathWithQuery);
      arrived.resolve();
      await mayFinish.promise;
      responder.start({ status: 200, headers: [] }).write(Buffer.from('begun'));
      await endOfTurn();
      client.send(get('/2'));
      await client.sent();
      await endOfTurn();
      responder.finish();
    });
    const client = connectTo(listener);
    client.send(get('/1'));
    await arrived.promise;
    const closing = listener.close();
    await stoppedListening();
    mayFinish.resolve();
    await client.closed();
    await closing;
    expect(paths).toEqual(['/1']);
  });

  it('lets a client finish sending the body of which it needs no more', async () => {
    const mayAnswer = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    const listener = await open(async (exchange) => {
      arrived.resolve();
      await mayAnswer.promise;
      answer(exchange, 'enough');
    });
    const client = connectTo(listener);
    client.socket.pause();
    const size = 2_000_000;
    client.send(`POST / HTTP/1.1\r\nHost: a\r\nContent-Length: ${size}\r\n\r\n`);
    await arrived.promise;
    const closing = listener.close();
    await stoppedListening();
    mayAnswer.resolve();
    client.send('x'.repeat(size));
    await client.sent();
    client.socket.resume();
    expect(await client.closed()).toMatch(/enough$/);
    expect(client.error).toBeUndefined();
    await closing;
  });

  it('waits for a guest that goes on after its answer', async () => {
    const mayReturn = Promise.withResolvers<void>();
    const listener = await open(async (exchange) => {
      answer(exchange, 'done');
      await mayReturn.promise;
    });
    const client = connectTo(listener);
    client.send(get('/'));
    await client.until('done');
    client.socket.destroy();
    const closing = watch(listener.close());
    await stoppedListening();
    expect(closing.isDone).toBe(false);
    mayReturn.resolve();
    await closing.promise;
  });

  it('ends idle connections, those that never sent anything included', async () => {
    const listener = await open(async (exchange) => answer(exchange, 'done'), impatient);
    const used = connectTo(listener);
    used.send(get('/'));
    await used.until('done');
    const unused = connectTo(listener);
    await connected(unused);
    await listener.close();
    expect(await unused.closed()).toBe('');
    await used.closed();
    expect([used.error, unused.error]).toEqual([undefined, undefined]);
  });

  it('ends a connection that becomes idle when idle ones are ended already', async () => {
    const mayFinish = Promise.withResolvers<void>();
    const listener = await open(async ({ responder }) => {
      responder.start({ status: 200, headers: [] }).write(Buffer.from('begun before'));
      await mayFinish.promise;
      responder.finish();
    }, impatient);
    const client = connectTo(listener);
    client.send(get('/'));
    await client.until('begun before');
    const other = connectTo(listener);
    await connected(other);
    const closing = listener.close();
    await other.closed();
    mayFinish.resolve();
    expect(await client.closed()).toMatch(/0\r\n\r\n$/);
    await closing;
  });

  it('says nothing more to a client that is still sending the body of an answered request', async () => {
    const listener = await open(async (exchange) => answer(exchange, 'enough'), impatient);
    const client = connectTo(listener);
    client.send('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n01234');
    await client.until('enough');
    const closing = listener.close();
    expect((await client.closed()).match(/HTTP\/1\.1 /g)).toHaveLength(1);
    expect(client.error).toBeUndefined();
    await closing;
  });

  it('tells a client that is amid a head, after the time of idle connections, to send it again', async () => {
    const listener = await open(async (exchange) => answer(exchange, 'done'), impatient);
    const client = connectTo(listener);
    client.send(`${get('/')}GET / HTTP/1.1\r\nHo`);
    await client.until('done');
    const closing = listener.close();
    expect(await client.closed()).toMatch(
      /HTTP\/1\.1 503 [\s\S]*connection: close[\s\S]*send the request again\n$/i,
    );
    await closing;
  });

  it('cuts off what is left at its deadline', async () => {
    const arrived = Promise.withResolvers<ServedExchange>();
    const listener = await open(async (exchange) => {
      arrived.resolve(exchange);
      await new Promise((resolve) => exchange.signal.addEventListener('abort', () => resolve(undefined)));
    });
    const client = connectTo(listener);
    client.send(get('/'));
    const idle = connectTo(listener);
    const exchange = await arrived.promise;
    await listener.close({ graceMs: 1 });
    expect(await client.closed()).toBe('');
    await idle.closed();
    expect(exchange.signal.aborted).toBe(true);
  });

  it('can be asked to twice', async () => {
    const listener = await open(() => Promise.resolve());
    await Promise.all([listener.close(), listener.close()]);
    await listener.close();
  });
});

describe('32 connections under load', () => {
  const connections = 32;

  interface Load {
    /** Answered whole; with anything else `done` rejects. */
    readonly answered: number;
    readonly done: Promise<unknown>;
    stop(): void;
  }

  /** Each connection asks again once it has its answer; one that was closed in order may come back as another. */
  function load(listener: HttpListener, comesBack: boolean): Load {
    const agent = new Agent({ keepAlive: true, maxSockets: connections });
    let isOver = false;
    const visit = async (): Promise<void> => {
      while (!isOver) {
        const response = await new Promise<IncomingMessage>((resolve, reject) => {
          httpRequest({ ...listener.address, agent }, resolve)
            .once('error', reject)
            .end();
        });
        for await (const _ of response);
        running.answered++;
        if (!comesBack && response.headers.connection === 'close') return;
      }
    };
    const running = {
      answered: 0,
      done: Promise.resolve() as Promise<unknown>,
      stop: () => {
        isOver = true;
      },
    };
    running.done = Promise.all(Array.from({ length: connections }, visit)).finally(() => agent.destroy());
    return running;
  }

  it('see each of their requests answered while the listener closes', async () => {
    const loaded = Promise.withResolvers<void>();
    let begun = 0;
    const listener = await open(async (exchange) => {
      if (++begun === 1_000) loaded.resolve();
      // Some are answered at once, some while others arrive.
      for (let turn = begun % 4; turn > 0; turn--) await endOfTurn();
      answer(exchange, 'x'.repeat(begun % 3_000));
    });
    const clients = load(listener, false);
    await Promise.race([loaded.promise, clients.done]);
    await Promise.all([listener.close(), clients.done]);
    expect(clients.answered).toBe(begun);
  });

  it('go on at another listener of the address when the first one closes', async () => {
    const turns: number[] = [0, 0];
    const reached = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const openOne = (which: 0 | 1, port: number): Promise<HttpListener> =>
      open(
        async (exchange) => {
          turns[which] = (turns[which] ?? 0) + 1;
          if (turns[which] === 1_000) reached[which]?.resolve();
          await endOfTurn();
          answer(exchange, 'x'.repeat(100));
        },
        patient,
        { port, reusePort: true },
      );
    const first = await openOne(0, 0);
    const clients = load(first, true);
    await Promise.race([reached[0]?.promise, clients.done]);
    const second = await openOne(1, first.address.port);
    await Promise.all([first.close(), Promise.race([reached[1]?.promise, clients.done])]);
    clients.stop();
    await clients.done;
    expect(clients.answered).toBe((turns[0] ?? 0) + (turns[1] ?? 0));
    await second.close({ graceMs: 0 });
  });
});
