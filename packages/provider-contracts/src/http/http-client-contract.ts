import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createClient, type Result } from '@wasmlattice/rpc';
import {
  type HttpErrorCode,
  type HttpFields,
  type HttpOutgoingHandler,
  type HttpRequest,
  type HttpRequestOptions,
  type HttpResponse,
  httpOutgoingHandler,
} from '@wasmlattice/rpc/interfaces';
import { createTempDir, createTestAuthority, freePort } from '@wasmlattice/test-support';
import { afterAll, afterEach, beforeAll, describe, expect } from 'vitest';
import { okOf } from '../answers.js';
import { type ContractOptions, claimsFor } from '../claims.js';
import {
  type HttpClientDifference,
  type HttpClientSetup,
  httpClientDifferences,
} from './http-client-setup.js';
import { bytesOf, streamOf, textOf } from './http-values.js';

/** Declares what every target of `wasi:http/outgoing-handler` links must do. */
export function httpClientContract(
  implementation: string,
  setUp: () => Promise<HttpClientSetup>,
  options: ContractOptions<HttpClientDifference> = {},
): void {
  const claim = claimsFor(httpClientDifferences, options);
  describe(`${implementation} as an HTTP client`, () => {
    let setup: HttpClientSetup;
    let client: HttpOutgoingHandler;
    const used: AsyncDisposable[] = [];

    const start = async (config: Readonly<Record<string, string>> = {}): Promise<HttpOutgoingHandler> => {
      const running = await setup.start(config);
      used.push(running);
      const headers = { 'source-id': 'shop', 'link-name': 'default' };
      return createClient(running.invoker, { target: running.id, interface: httpOutgoingHandler, headers });
    };
    beforeAll(async () => {
      setup = await setUp();
    });
    afterEach(async () => {
      for (const each of used.splice(0).reverse()) await each[Symbol.asyncDispose]();
    });
    afterAll(() => setup?.[Symbol.asyncDispose]());

    /** Starts a server of the loopback; resolves to its authority. */
    const listen = async (server: Server): Promise<string> => {
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      used.push({
        async [Symbol.asyncDispose]() {
          server.closeAllConnections();
          server.close();
        },
      });
      return `127.0.0.1:${(server.address() as AddressInfo).port}`;
    };
    const serve = (listener: RequestListener): Promise<string> => listen(createServer(listener));
    const ask = (
      authority: string,
      request: Partial<HttpRequest> = {},
      options: Partial<HttpRequestOptions> = {},
    ): Promise<Result<HttpResponse, HttpErrorCode>> =>
      client.handle(
        {
          method: { tag: 'get' },
          scheme: { tag: 'HTTP' },
          pathWithQuery: '/',
          // As hosts of wasmCloud and ours send it.
          headers: hostHeader(authority),
          body: streamOf(),
          trailers: Promise.resolve(undefined),
          ...request,
          authority,
        },
        {
          connectTimeout: undefined,
          firstByteTimeout: undefined,
          betweenBytesTimeout: undefined,
          ...options,
        },
      );
    const failureOf = (result: Result<HttpResponse, HttpErrorCode>): string =>
      result.tag === 'err' ? result.val.tag : 'no failure';

    claim('sends what it is told to, and gives what was answered', async () => {
      client = await start();
      const seen: IncomingMessage[] = [];
      const authority = await serve((request, response) => {
        seen.push(request);
        response.writeHead(201, { 'x-answer': 'yes' });
        request.pipe(response);
      });
      const answer = okOf(
        await ask(authority, {
          method: { tag: 'post' },
          pathWithQuery: '/cart/1?of=ada',
          headers: [...hostHeader(authority), ['x-asked', [bytesOf('why')]]],
          body: streamOf('there ', 'and back'),
        }),
      );
      expect([answer.status, await textOf(answer.body)]).toEqual([201, 'there and back']);
      const [value] = answer.headers.find(([name]) => name === 'x-answer')?.[1] ?? [];
      expect(Buffer.from(value ?? []).toString()).toBe('yes');
      expect(seen.map(({ method, url, headers }) => [method, url, headers.host, headers['x-asked']])).toEqual(
        [['POST', '/cart/1?of=ada', authority, 'why']],
      );
    });

    claim(
      'adds the header `host` to a request without one',
      async () => {
        client = await start();
        const authority = await serve(({ headers }, response) => response.end(headers.host));
        expect(await textOf(okOf(await ask(authority, { headers: [] })).body)).toBe(authority);
      },
      'no-host',
    );

    claim('gives a body of a megabyte whole', async () => {
      client = await start();
      const authority = await serve((_request, response) => response.end(Buffer.alloc(1_000_000, 'x')));
      const answer = okOf(await ask(authority));
      expect((await textOf(answer.body)).length).toBe(1_000_000);
    });

    claim('leaves redirects to the component', async () => {
      client = await start();
      const authority = await serve((_request, response) =>
        response.writeHead(302, { location: '/next' }).end(),
      );
      expect(okOf(await ask(authority)).status).toBe(302);
    });

    claim('says that nobody listens', async () => {
      client = await start();
      expect(failureOf(await ask(`127.0.0.1:${await freePort()}`))).toBe('connection-refused');
    });

    claim('waits no longer for the first byte than it may', async () => {
      client = await start();
      const authority = await serve(() => {});
      const answer = await ask(authority, {}, { firstByteTimeout: 50_000_000n });
      expect(failureOf(answer)).toBe('connection-read-timeout');
    });

    claim('trusts the certificates of `ssl_certs_file`, and none that it does not know', async () => {
      const authority = createTestAuthority();
      await using folder = await createTempDir();
      const file = join(folder.path, 'ca.pem');
      await writeFile(file, authority.certificate);
      const { certificate: cert, key } = authority.issue('127.0.0.1');
      const address = await listen(
        createSecureServer({ cert, key }, (_request, response) => response.end('safe')),
      );
      client = await start();
      const secure = { scheme: { tag: 'HTTPS' } } as const;
      expect(failureOf(await ask(address, secure))).toMatch(/^TLS-/);
      await used.pop()?.[Symbol.asyncDispose]();
      client = await start({ ssl_certs_file: file });
      expect(await textOf(okOf(await ask(address, secure)).body)).toBe('safe');
    });

    for (const when of ['before', 'after'] as const) {
      claim(`ends a request whose body breaks off ${when} it is answered`, async () => {
        client = await start();
        const begun = Promise.withResolvers<void>();
        let isCut = false;
        const authority = await serve((request, response) => {
          if (when === 'after') response.writeHead(200).flushHeaders();
          begun.resolve();
          request.on('close', () => {
            isCut = true;
          });
          request.resume();
        });
        const answered = Promise.withResolvers<void>();
        async function* breaking(): AsyncGenerator<Uint8Array> {
          yield bytesOf('a part');
          await (when === 'after' ? answered.promise : begun.promise);
          throw new Error('the rest is lost');
        }
        const answer = ask(authority, { method: { tag: 'post' }, body: breaking() }).catch(() => undefined);
        if (when === 'after') expect(await answer).toMatchObject({ tag: 'ok', val: { status: 200 } });
        answered.resolve();
        await expect.poll(() => isCut).toBe(true);
        await answer;
      });
    }
  });
}

function hostHeader(authority: string): HttpFields {
  return [['host', [bytesOf(authority)]]];
}
