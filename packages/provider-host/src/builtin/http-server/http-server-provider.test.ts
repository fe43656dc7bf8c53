import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InterfaceLinkDefinition } from '@wasmlattice/control-interface/types';
import { type Logger, noopLogger } from '@wasmlattice/telemetry';
import { createTempDir, createTestAuthority, RecordingLogger, type TempDir } from '@wasmlattice/test-support';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeHostData, type HostData } from '../../protocol/index.js';
import type { RunningProvider } from '../../provider.js';
import { startHttpServerProvider } from './http-server-provider.js';
import type { HttpListenRequest, HttpRoute, HttpTargets } from './http-targets.js';

const id = 'http-server';

function link(target: string, address: string | undefined, name = 'default'): InterfaceLinkDefinition {
  return {
    sourceId: id,
    target,
    name,
    witNamespace: 'wasi',
    witPackage: 'http',
    interfaces: ['incoming-handler'],
    sourceConfig: address === undefined ? {} : { address },
    targetConfig: {},
  };
}

/** An address, with the routes it has by now. */
type OpenAddress = Omit<HttpListenRequest, 'routes'> & {
  readonly routes: Map<string, HttpRoute>;
  /** That of its start, and those that came after. */
  readonly certificates: string[];
};

function componentsAt({ routes }: OpenAddress): string[] {
  return [...routes.values()].map(({ componentId }) => componentId);
}

/** Remembers which addresses are open, and refuses those in `refused`. */
function fakeTargets(refused: readonly number[] = []): HttpTargets & { readonly open: OpenAddress[] } {
  const open: OpenAddress[] = [];
  return {
    open,
    async listen(request) {
      if (refused.includes(request.port)) throw new Error('EADDRINUSE');
      const routes = new Map(request.routes.map((route) => [route.route, route]));
      const certificates = request.tls === undefined ? [] : [request.tls.cert];
      const address: OpenAddress = { ...request, routes, certificates };
      open.push(address);
      return {
        async setRoute(route) {
          if (route.componentId === 'no-handler') throw new Error('it can not answer HTTP');
          routes.set(route.route, route);
        },
        async deleteRoute(route) {
          routes.delete(route);
        },
        trouble: () => (request.host === '127.0.0.2' ? 'one thread is deaf' : undefined),
        async setTls(tls) {
          address.certificates.push(tls.cert);
        },
        async close() {
          open.splice(open.indexOf(address), 1);
        },
      };
    },
  };
}

function start(
  targets: HttpTargets,
  data: Partial<HostData> = {},
  logger: Logger = noopLogger,
): Promise<RunningProvider> {
  const hostData = { ...decodeHostData(Buffer.from('{}').toString('base64')), ...data };
  return startHttpServerProvider({ targets, logger, lookMs: 20 }, { id, loadHostData: async () => hostData });
}

describe('built-in HTTP server', () => {
  it('listens for each link, and stops listening when the link goes', async () => {
    const targets = fakeTargets();
    const provider = await start(targets);
    await provider.putLink(link('hello', '127.0.0.1:1'));
    await provider.putLink(link('world', undefined));
    expect(targets.open).toMatchObject([
      { providerId: id, host: '127.0.0.1', port: 1 },
      { providerId: id, host: '0.0.0.0', port: 8000 },
    ]);
    expect(targets.open.map(componentsAt)).toEqual([['hello'], ['world']]);
    await provider.deleteLink(link('hello', undefined));
    await provider.deleteLink(link('hello', undefined));
    expect(targets.open.map(componentsAt)).toEqual([['world']]);
    await provider.stop();
    await provider.stop();
    expect(targets.open).toEqual([]);
  });

  it('tells what does not serve a link that it has', async () => {
    for (const config of [{}, { routing_mode: 'path', default_address: '127.0.0.2:1' }]) {
      const provider = await start(fakeTargets(), { config });
      const troubled = {
        ...link('hello', '127.0.0.2:1'),
        sourceConfig: { address: '127.0.0.2:1', path: '/' },
      };
      expect(provider.linkTrouble?.(troubled)).toBeUndefined();
      await provider.putLink(troubled);
      expect(provider.linkTrouble?.(troubled)).toBe('one thread is deaf');
      await provider.stop();
    }
  });

  it('names both links when they want the same address', async () => {
    const targets = fakeTargets();
    const provider = await start(targets);
    await provider.putLink(link('hello', '0.0.0.0:80'));
    await expect(provider.putLink(link('world', '127.0.0.1:80', 'second'))).rejects.toThrow(
      'link second (http-server -> world): address 127.0.0.1:80 is taken by link default (http-server -> hello) at 0.0.0.0:80',
    );
    await provider.deleteLink(link('hello', undefined));
    await provider.putLink(link('world', '127.0.0.1:80', 'second'));
    expect(targets.open).toHaveLength(1);
  });

  it('names link and address when the address can not be bound', async () => {
    const provider = await start(fakeTargets([80]));
    await expect(provider.putLink(link('hello', '127.0.0.1:80'))).rejects.toMatchObject({
      name: 'ProviderLinkError',
      message: expect.stringContaining(
        'link default (http-server -> hello): could not listen on 127.0.0.1:80',
      ),
    });
  });

  it('ignores a link it has, and moves one that got another address', async () => {
    const targets = fakeTargets();
    const provider = await start(targets);
    await provider.putLink(link('hello', '127.0.0.1:0'));
    const [first] = targets.open;
    await provider.putLink(link('hello', '127.0.0.1:0'));
    expect(targets.open).toEqual([first]);
    expect(targets.open[0]).toBe(first);
    await provider.putLink(link('hello', '127.0.0.1:2'));
    expect(targets.open).toMatchObject([{ port: 2 }]);
  });

  it('closes the address of a link whose new one can not be had', async () => {
    const targets = fakeTargets([80]);
    const provider = await start(targets);
    for (const wrong of ['127.0.0.1:80', 'localhost:1', '127.0.0.1:2']) {
      await provider.putLink(link('world', '127.0.0.1:2', 'second'));
      await provider.putLink(link('hello', '127.0.0.1:1'));
      await expect(provider.putLink(link('hello', wrong))).rejects.toThrow(
        'link default (http-server -> hello)',
      );
      expect(targets.open).toMatchObject([{ port: 2 }]);
      expect(targets.open.map(componentsAt)).toEqual([['world']]);
    }
  });

  it('moves links without an address of their own when they are put again after another default', async () => {
    const targets = fakeTargets();
    const provider = await start(targets);
    await provider.putLink(link('hello', undefined));
    await provider.updateConfig({ default_address: '127.0.0.1:9' });
    await provider.putLink(link('hello', undefined));
    expect(targets.open).toMatchObject([{ host: '127.0.0.1', port: 9 }]);
    await expect(provider.updateConfig({ default_address: '9' })).rejects.toThrow(/default_address must be/);
  });

  it('replaces the rules of a link that keeps its address without closing it', async () => {
    const targets = fakeTargets();
    const provider = await start(targets);
    await provider.putLink(link('hello', '127.0.0.1:1'));
    const [first] = targets.open;
    const changed = {
      ...link('hello', '127.0.0.1:1'),
      sourceConfig: { address: '127.0.0.1:1', timeout_ms: '5' },
    };
    await provider.putLink(changed);
    expect(targets.open).toEqual([first]);
    expect([...(first?.routes.values() ?? [])]).toMatchObject([{ policy: { timeoutMs: 5 } }]);
  });

  it('refuses links it is not the source of', async () => {
    const provider = await start(fakeTargets());
    await expect(provider.putLink({ ...link('hello', undefined), sourceId: 'other' })).rejects.toThrow(
      /must be the source/,
    );
  });

  it('does not start with a config it can not use', async () => {
    await expect(start(fakeTargets(), { config: { routing_mode: 'port' } })).rejects.toMatchObject({
      name: 'ProviderStartError',
      message: expect.stringMatching(/^could not start provider http-server: unknown routing_mode: port$/),
    });
  });

  it('takes no link once it stops', async () => {
    const targets = fakeTargets();
    const provider = await start(targets);
    const stopped = provider.stop();
    await expect(provider.putLink(link('hello', '127.0.0.1:1'))).rejects.toThrow(/stopping/);
    await stopped;
    expect(targets.open).toEqual([]);
  });
});

describe.each([
  { mode: 'path', first: { path: '/a' }, below: { path_prefix: '/a' }, second: { path: '/b' } },
  { mode: 'host', first: { host: 'a.org' }, below: { host: '*.a.org' }, second: { host: 'b.org' } },
])('built-in HTTP server that goes by $mode', ({ mode, first, below, second }) => {
  const config = { routing_mode: mode, default_address: '127.0.0.1:9' };
  const linkTo = (target: string, sourceConfig: Record<string, string | undefined>, name = 'default') =>
    ({ ...link(target, undefined, name), sourceConfig }) as InterfaceLinkDefinition;

  it('listens once, from its start, for all links', async () => {
    const targets = fakeTargets();
    const provider = await start(targets, { config });
    expect(targets.open).toMatchObject([{ host: '127.0.0.1', port: 9, routing: { by: mode } }]);
    await provider.putLink(linkTo('hello', first));
    await provider.putLink(linkTo('world', second));
    await provider.putLink(linkTo('below', below));
    expect(targets.open.map(componentsAt)).toEqual([['hello', 'world', 'below']]);
    await provider.deleteLink(linkTo('hello', {}));
    expect(targets.open.map(componentsAt)).toEqual([['world', 'below']]);
    await provider.stop();
    expect(targets.open).toEqual([]);
  });

  it('gives one thing to one link, and to another once it is free', async () => {
    const targets = fakeTargets();
    const provider = await start(targets, { config });
    await provider.putLink(linkTo('hello', first));
    await expect(provider.putLink(linkTo('world', first))).rejects.toThrow(
      /is taken by link default \(http-server -> hello\)/,
    );
    await provider.putLink(linkTo('hello', first));
    await provider.putLink(linkTo('hello', second));
    await provider.putLink(linkTo('world', first));
    expect(targets.open.map(componentsAt)).toEqual([['hello', 'world']]);
  });

  it('refuses a link that does not say what is for it, and one to a component that can not answer', async () => {
    const provider = await start(fakeTargets(), { config });
    await expect(provider.putLink(linkTo('hello', {}))).rejects.toThrow(new RegExp(`needs.*${mode}`));
    await expect(provider.putLink(linkTo('no-handler', first))).rejects.toThrow('it can not answer HTTP');
  });

  it('does not start where its address can not be had, and does not move', async () => {
    await expect(start(fakeTargets([9]), { config })).rejects.toThrow('could not listen on 127.0.0.1:9');
    const provider = await start(fakeTargets(), { config });
    await provider.updateConfig(config);
    await expect(provider.updateConfig({ ...config, default_address: '127.0.0.1:8' })).rejects.toThrow(
      /start it again/,
    );
  });
});

describe('built-in HTTP server with TLS', () => {
  const authority = createTestAuthority();
  let folder: TempDir;
  let files: { readonly tls_cert_file: string; readonly tls_priv_key_file: string };
  beforeAll(async () => {
    folder = await createTempDir();
    files = {
      tls_cert_file: join(folder.path, 'cert.pem'),
      tls_priv_key_file: join(folder.path, 'key.pem'),
    };
  });
  afterAll(() => folder?.[Symbol.asyncDispose]());

  async function renew(): Promise<string> {
    const { certificate, key } = authority.issue('localhost');
    await writeFile(files.tls_priv_key_file, key);
    await writeFile(files.tls_cert_file, certificate);
    return certificate;
  }

  const secured = (sourceConfig: Readonly<Record<string, string>>): InterfaceLinkDefinition => ({
    ...link('hello', '127.0.0.1:1'),
    sourceConfig: { address: '127.0.0.1:1', ...sourceConfig },
  });

  it('takes the certificate of a link, and a new one as soon as the files have it', async () => {
    const first = await renew();
    const targets = fakeTargets();
    const provider = await start(targets);
    await provider.putLink(secured(files));
    expect(targets.open[0]?.certificates).toEqual([first]);
    const second = await renew();
    await expect.poll(() => targets.open[0]?.certificates.at(-1)).toBe(second);
    await provider.stop();
  });

  it.each([
    ['something else', 'nothing'],
    ['nothing yet', ''],
  ])('keeps a certificate while a file holds %s, and says so', async (_, text) => {
    await renew();
    const targets = fakeTargets();
    const logger = new RecordingLogger();
    const provider = await start(targets, {}, logger);
    await provider.putLink(secured(files));
    await writeFile(files.tls_cert_file, text);
    const complaint = expect.objectContaining({
      level: 'error',
      message: expect.stringContaining('certificate'),
    });
    await expect.poll(() => logger.records).toContainEqual(complaint);
    expect(targets.open[0]?.certificates).toHaveLength(1);
    await provider.stop();
  });

  it('listens anew for a link that gets TLS, and that loses it', async () => {
    await renew();
    const targets = fakeTargets();
    const provider = await start(targets);
    await provider.putLink(secured({}));
    await provider.putLink(secured(files));
    expect(targets.open.map(({ tls }) => tls !== undefined)).toEqual([true]);
    await provider.putLink(secured({}));
    expect(targets.open.map(({ tls }) => tls !== undefined)).toEqual([false]);
  });

  it('takes that of the provider where all links have one address', async () => {
    const certificate = await renew();
    const targets = fakeTargets();
    const provider = await start(targets, { config: { routing_mode: 'path', ...files } });
    expect(targets.open[0]?.certificates).toEqual([certificate]);
    await provider.stop();
  });

  it('refuses one file without the other, files that are not there, and a key of another certificate', async () => {
    await renew();
    const provider = await start(fakeTargets());
    const put = (config: Readonly<Record<string, string>>) => provider.putLink(secured(config));
    await expect(put({ tls_cert_file: '/x' })).rejects.toThrow(/give both or neither/);
    await expect(put({ ...files, tls_cert_file: '/nowhere' })).rejects.toThrow(
      /tls_cert_file \/nowhere can't be read/,
    );
    await writeFile(files.tls_priv_key_file, authority.issue('localhost').key);
    await expect(put(files)).rejects.toThrow(/are no certificate in PEM and its key/);
  });
});
