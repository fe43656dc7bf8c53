import { type Implementation, ok, type ServedHandle, serveInterface } from '@wasmlattice/rpc';
import { type HttpIncomingHandler, type HttpRequest, httpIncomingHandler } from '@wasmlattice/rpc/interfaces';
import { createNatsServer, NatsTransport } from '@wasmlattice/rpc/nats';
import { freePort } from '@wasmlattice/test-support';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { type ContractOptions, claimsFor } from '../claims.js';
import {
  type HttpServerDifference,
  type HttpServerLink,
  type HttpServerSetup,
  httpServerDifferences,
} from './http-server-setup.js';
import { bytesOf, type GivenResponse, responseOf, textOf } from './http-values.js';

type Handle = Implementation<HttpIncomingHandler>['handle'];

/** Declares what every server of `wasi:http/incoming-handler` links must do. */
export function httpServerContract(
  implementation: string,
  setUp: () => Promise<HttpServerSetup>,
  options: ContractOptions<HttpServerDifference> = {},
): void {
  const claim = claimsFor(httpServerDifferences, options);
  describe(`${implementation} as an HTTP server`, () => {
    let setup: HttpServerSetup;
    const used: AsyncDisposable[] = [];

    beforeAll(async () => {
      setup = await setUp();
    });
    afterEach(async () => {
      for (const each of used.splice(0).reverse()) await each[Symbol.asyncDispose]();
    });
    afterAll(() => setup?.[Symbol.asyncDispose]());

    /** Plays a component. */
    const component = async (id: string, handle: Handle): Promise<void> => {
      const connection = new NatsTransport(setup.connection);
      const server = createNatsServer({ connection, lattice: 'default' });
      const served: ServedHandle = await serveInterface(server, {
        target: id,
        interface: httpIncomingHandler,
        implementation: { handle },
      });
      await setup.connection.flush();
      used.push({ [Symbol.asyncDispose]: () => served.close() });
    };
    const answers = (id: string, response: GivenResponse = {}): Promise<void> =>
      component(id, async () => ok(responseOf({ body: id, ...response })));

    /** Starts the server with links; resolves to it. */
    const start = async (
      links: readonly HttpServerLink[],
      config: Readonly<Record<string, string>> = {},
    ): ReturnType<HttpServerSetup['start']> => {
      const running = await setup.start(config, links);
      used.push(running);
      return running;
    };
    /** One component at an address of its own; resolves to its URL. */
    const startOne = async (config: Readonly<Record<string, string>> = {}): Promise<string> => {
      const address = `127.0.0.1:${await freePort()}`;
      await start([{ component: 'shop', name: 'default', config: { address, ...config } }]);
      return `http://${address}`;
    };

    claim('hands a request to its component, and answers with what that says', async () => {
      const seen: HttpRequest[] = [];
      await component('shop', async (request) => {
        seen.push(request);
        const body = `${await textOf(request.body)} back`;
        return ok(responseOf({ status: 201, headers: [['x-answer', [bytesOf('yes')]]], body }));
      });
      const url = await startOne();
      const answer = await fetch(`${url}/cart/1?of=ada`, {
        method: 'POST',
        headers: { 'x-asked': 'why' },
        body: 'there and',
      });
      expect([answer.status, answer.headers.get('x-answer'), await answer.text()]).toEqual([
        201,
        'yes',
        'there and back',
      ]);
      const [{ method, pathWithQuery, scheme, authority, headers } = {} as HttpRequest] = seen;
      expect([method, pathWithQuery, scheme]).toEqual([{ tag: 'post' }, '/cart/1?of=ada', { tag: 'HTTP' }]);
      expect(`http://${authority}`).toBe(url);
      const [asked] = headers.find(([name]) => name === 'x-asked')?.[1] ?? [];
      expect(Buffer.from(asked ?? []).toString()).toBe('why');
    });

    claim('sends a body on while it comes, both ways', async () => {
      // Each piece is sent after the one before has come back.
      await component('shop', async ({ body }) => ok(responseOf({ body })));
      const url = await startOne();
      const pieces = new TransformStream<Uint8Array, Uint8Array>();
      const writer = pieces.writable.getWriter();
      void writer.write(bytesOf('1'));
      const answer = await fetch(url, {
        method: 'POST',
        body: pieces.readable,
        duplex: 'half',
      } as RequestInit);
      const reader = answer.body?.getReader();
      for (const piece of ['1', '2', '3']) {
        if (piece !== '1') void writer.write(bytesOf(piece));
        expect(Buffer.from((await reader?.read())?.value ?? []).toString()).toBe(piece);
      }
      void writer.close();
      expect((await reader?.read())?.done).toBe(true);
    });

    claim(
      'keeps a connection for the next request',
      async () => {
        await answers('shop');
        const answer = await fetch(await startOne());
        expect(answer.headers.get('connection')).not.toBe('close');
      },
      'closed-connections',
    );

    claim('says that it failed when its component fails, or is not there', async () => {
      const url = await startOne();
      expect((await fetch(url)).status).toBeGreaterThanOrEqual(500);
      await component('shop', async ({ pathWithQuery }) => {
        if (pathWithQuery === '/throw') throw new Error('a trap');
        return { tag: 'err', val: { tag: 'connection-refused' } };
      });
      for (const path of ['/throw', '/error-code']) {
        expect((await fetch(`${url}${path}`)).status).toBeGreaterThanOrEqual(500);
      }
    });

    claim('takes GET and HEAD alone with `readonly_mode`', async () => {
      await answers('shop');
      const url = await startOne({ readonly_mode: 'true' });
      expect((await fetch(url)).status).toBe(200);
      expect((await fetch(url, { method: 'POST', body: 'x' })).status).toBe(405);
    });

    claim('adds `cache_control`', async () => {
      await answers('shop');
      const answer = await fetch(await startOne({ cache_control: 'max-age=7' }));
      expect(answer.headers.get('cache-control')).toBe('max-age=7');
    });

    claim('answers 408 when no response has begun after `timeout_ms`', async () => {
      const over = Promise.withResolvers<void>();
      await component('shop', async () => {
        await over.promise;
        return ok(responseOf({}));
      });
      expect((await fetch(await startOne({ timeout_ms: '50' }))).status).toBe(408);
      over.resolve();
    });

    claim('answers preflights of allowed origins', async () => {
      await answers('shop');
      const url = await startOne({ cors_allowed_origins: '["https://a.example"]' });
      const preflight = await fetch(url, {
        method: 'OPTIONS',
        headers: { origin: 'https://a.example', 'access-control-request-method': 'POST' },
      });
      expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([
        200,
        'https://a.example',
      ]);
    });

    claim('goes by path, as it is sent', async () => {
      for (const id of ['one', 'two']) await answers(id);
      const address = `127.0.0.1:${await freePort()}`;
      await start(
        ['one', 'two'].map((id) => ({ component: id, name: id, config: { path: `/${id}` } })),
        { routing_mode: 'path', default_address: address },
      );
      const ask = async (path: string): Promise<string> => (await fetch(`http://${address}${path}`)).text();
      expect([await ask('/one?x=1'), await ask('/two')]).toEqual(['one', 'two']);
      const unknown = await fetch(`http://${address}/one/more`);
      expect([unknown.status, await unknown.text()]).toEqual([
        404,
        expect.stringContaining('path not found'),
      ]);
    });

    claim('goes by the value of a header', async () => {
      for (const id of ['one', 'two']) await answers(id);
      const address = `127.0.0.1:${await freePort()}`;
      await start(
        ['one', 'two'].map((id) => ({ component: id, name: id, config: { host: `${id}.example` } })),
        { routing_mode: 'host', default_address: address, header: 'x-site' },
      );
      const ask = (site: string): Promise<Response> =>
        fetch(`http://${address}`, { headers: { 'x-site': site } });
      expect([await (await ask('one.example')).text(), await (await ask('two.example')).text()]).toEqual([
        'one',
        'two',
      ]);
      expect((await ask('three.example')).status).toBe(404);
      expect((await fetch(`http://${address}`)).status).toBe(400);
    });

    claim(
      'takes all below a prefix, the longest first',
      async () => {
        for (const id of ['one', 'two']) await answers(id);
        const address = `127.0.0.1:${await freePort()}`;
        await start(
          [
            { component: 'one', name: 'one', config: { path_prefix: '/a' } },
            { component: 'two', name: 'two', config: { path_prefix: '/a/b' } },
          ],
          { routing_mode: 'path', default_address: address },
        );
        const ask = async (path: string): Promise<string> => (await fetch(`http://${address}${path}`)).text();
        expect([await ask('/a/c'), await ask('/a/b/c')]).toEqual(['one', 'two']);
      },
      'no-prefixes',
    );

    claim('gives an address up with its link, which another one may have then', async () => {
      for (const id of ['one', 'two']) await answers(id);
      const address = `127.0.0.1:${await freePort()}`;
      const [one, two] = ['one', 'two'].map((id) => ({ component: id, name: id, config: { address } }));
      if (one === undefined || two === undefined) throw new Error('unreachable');
      const running = await start([one]);
      expect(await (await fetch(`http://${address}`)).text()).toBe('one');
      await running.deleteLink(one);
      await expect.poll(() => fetch(`http://${address}`).catch(() => 'gone'), { interval: 20 }).toBe('gone');
      await running.putLink(two);
      await expect
        .poll(async () => (await fetch(`http://${address}`)).text().catch(String), { interval: 20 })
        .toBe('two');
    });

    claim('takes new values of a link that is put again', async () => {
      await answers('shop');
      const address = `127.0.0.1:${await freePort()}`;
      const link = { component: 'shop', name: 'default', config: { address } };
      const running = await start([link]);
      const statusOfPost = async (): Promise<number> =>
        (await fetch(`http://${address}`, { method: 'POST', body: 'x' })).status;
      // Some take a link that comes with their start after one that is put while they start.
      await expect.poll(statusOfPost).toBe(200);
      await running.putLink({ ...link, config: { address, readonly_mode: 'true' } });
      await expect.poll(statusOfPost).toBe(405);
    });
  });
}
