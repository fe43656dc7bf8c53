import type { InterfaceLinkDefinition } from '@wasmlattice/control-interface/types';
import { describe, expect, it } from 'vitest';
import { decodeHostData, type HostData } from '../../protocol/index.js';
import type { RunningProvider } from '../../provider.js';
import { startHttpServerProvider } from './http-server-provider.js';
import type { HttpListenRequest, HttpTargets } from './http-targets.js';

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

/** Remembers which addresses are open, and refuses those in `refused`. */
function fakeTargets(refused: readonly number[] = []): HttpTargets & { readonly open: HttpListenRequest[] } {
  const open: HttpListenRequest[] = [];
  return {
    open,
    async listen(request) {
      if (refused.includes(request.port)) throw new Error('EADDRINUSE');
      open.push(request);
      return {
        async close() {
          open.splice(open.indexOf(request), 1);
        },
      };
    },
  };
}

function start(targets: HttpTargets, data: Partial<HostData> = {}): Promise<RunningProvider> {
  const hostData = { ...decodeHostData(Buffer.from('{}').toString('base64')), ...data };
  return startHttpServerProvider({ targets }, { id, loadHostData: async () => hostData });
}

describe('built-in HTTP server', () => {
  it('listens for each link, and stops listening when the link goes', async () => {
    const targets = fakeTargets();
    const provider = await start(targets);
    await provider.putLink(link('hello', '127.0.0.1:1'));
    await provider.putLink(link('world', undefined));
    expect(targets.open).toEqual([
      { providerId: id, componentId: 'hello', linkName: 'default', host: '127.0.0.1', port: 1 },
      { providerId: id, componentId: 'world', linkName: 'default', host: '0.0.0.0', port: 8000 },
    ]);
    await provider.deleteLink(link('hello', undefined));
    await provider.deleteLink(link('hello', undefined));
    expect(targets.open.map(({ componentId }) => componentId)).toEqual(['world']);
    await provider.stop();
    await provider.stop();
    expect(targets.open).toEqual([]);
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
      expect(targets.open).toMatchObject([{ port: 2, linkName: 'second' }]);
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

  it('refuses links it is not the source of', async () => {
    const provider = await start(fakeTargets());
    await expect(provider.putLink({ ...link('hello', undefined), sourceId: 'other' })).rejects.toThrow(
      /must be the source/,
    );
  });

  it('does not start with a config it can not use', async () => {
    await expect(start(fakeTargets(), { config: { routing_mode: 'path' } })).rejects.toMatchObject({
      name: 'ProviderStartError',
      message: expect.stringMatching(/^could not start provider http-server: routing_mode "path"/),
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
