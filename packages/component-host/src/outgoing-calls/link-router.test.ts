import type { Invocation } from '@wasmlattice/rpc';
import { describe, expect, it } from 'vitest';
import { createLinkRouter, LinkNotFoundError } from './link-router.js';

const get = { name: 'get', params: [] };
const call = { instance: 'wrpc:keyvalue/store@0.2.0-draft', func: get, params: [] };

function routerWith(links: Parameters<typeof createLinkRouter>[0]['links']) {
  const calls: Invocation[] = [];
  const invoker = {
    invoke: async (invocation: Invocation) => {
      calls.push(invocation);
      return 'answer';
    },
  };
  return { calls, router: createLinkRouter({ componentId: 'counter', invoker, links }) };
}

describe('link router', () => {
  it('sends a call to the target of its link, with the headers a provider reads', async () => {
    const { calls, router } = routerWith([
      { linkName: 'default', instance: 'wasi:keyvalue/store', target: 'kv' },
    ]);
    const answer = await router
      .forInvocation({ trace: { traceparent: '00-1' } })
      .invoke('wasi:keyvalue/store', call);
    expect(answer).toBe('answer');
    expect(calls).toEqual([
      {
        ...call,
        target: 'kv',
        headers: { traceparent: '00-1', 'source-id': 'counter', 'link-name': 'default' },
      },
    ]);
  });

  it('sends HTTP requests without a link into a network where there is a client, and others nowhere', async () => {
    const sent: Invocation[] = [];
    const httpClient = { invoke: async (invocation: Invocation) => sent.push(invocation) };
    const { calls, router } = routerWith([]);
    const withClient = createLinkRouter({
      componentId: 'web',
      invoker: { invoke: async () => {} },
      links: [],
      httpClient,
    });
    await withClient.forInvocation().invoke('wasi:http/outgoing-handler', call);
    expect(sent).toMatchObject([{ target: 'http-client', headers: { 'source-id': 'web' } }]);
    await expect(withClient.forInvocation().invoke('wasi:keyvalue/store', call)).rejects.toThrow(
      LinkNotFoundError,
    );
    await expect(
      withClient.forInvocation().invoke('wasi:http/outgoing-handler', call, 'other'),
    ).rejects.toThrow(LinkNotFoundError);
    await expect(router.forInvocation().invoke('wasi:http/outgoing-handler', call)).rejects.toThrow(
      '--http-client-allow',
    );
    expect(calls).toEqual([]);
  });

  it('sends HTTP requests to the target of their link, although there is a client', async () => {
    const httpClient = { invoke: () => Promise.reject(new Error('not to be asked')) };
    const { calls } = routerWith([]);
    const invoker = { invoke: async (invocation: Invocation) => calls.push(invocation) };
    const links = [{ linkName: 'default', instance: 'wasi:http/outgoing-handler', target: 'provider' }];
    const router = createLinkRouter({ componentId: 'web', invoker, links, httpClient });
    await router.forInvocation().invoke('wasi:http/outgoing-handler', call);
    expect(calls).toMatchObject([{ target: 'provider' }]);
  });

  it('names component, interface and what to put when there is no link', async () => {
    const { router } = routerWith([]);
    const failed = router.forInvocation().invoke('wasi:keyvalue/store', call);
    await expect(failed).rejects.toThrow(LinkNotFoundError);
    await expect(failed).rejects.toThrow(
      /'wasi:keyvalue\/store' of component 'counter'.*wit_package 'keyvalue' and interface 'store'/,
    );
  });

  it('follows a replaced table at the next call', async () => {
    const { calls, router } = routerWith([
      { linkName: 'default', instance: 'wasi:keyvalue/store', target: 'a' },
    ]);
    const links = router.forInvocation();
    await links.invoke('wasi:keyvalue/store', call);
    router.setLinks([{ linkName: 'default', instance: 'wasi:keyvalue/store', target: 'b' }]);
    await links.invoke('wasi:keyvalue/store', call);
    expect(calls.map((c) => c.target)).toEqual(['a', 'b']);
  });

  describe('with a second link of one interface', () => {
    const atomics = { ...call, instance: 'wrpc:keyvalue/atomics@0.2.0-draft' };
    const rows = [
      { linkName: 'default', instance: 'wasi:keyvalue/store', target: 'main' },
      { linkName: 'cache', instance: 'wasi:keyvalue/store', target: 'redis' },
      { linkName: 'default', instance: 'wasi:keyvalue/atomics', target: 'main' },
    ];

    it('takes the link an invocation chose, for the interfaces it named and no other invocation', async () => {
      const { calls, router } = routerWith(rows);
      const links = router.forInvocation();
      const others = router.forInvocation();
      expect(links.setLinkName('cache', ['wasi:keyvalue/store'])).toBeUndefined();
      await links.invoke('wasi:keyvalue/store', call);
      await links.invoke('wasi:keyvalue/atomics', atomics);
      await others.invoke('wasi:keyvalue/store', call);
      await router.forInvocation().invoke('wasi:keyvalue/store', call);
      expect(calls.map(({ target, headers }) => [target, headers?.['link-name']])).toEqual([
        ['redis', 'cache'],
        ['main', 'default'],
        ['main', 'default'],
        ['main', 'default'],
      ]);
    });

    it('changes nothing when one of the interfaces has no such link', async () => {
      const { calls, router } = routerWith(rows);
      const links = router.forInvocation();
      const both = ['wasi:keyvalue/store', 'wasi:keyvalue/atomics'];
      expect(links.setLinkName('cache', both)).toBe('wasi:keyvalue/atomics');
      expect(links.setLinkName('absent', both)).toBe('wasi:keyvalue/store');
      await links.invoke('wasi:keyvalue/store', call);
      expect(calls.map(({ target }) => target)).toEqual(['main']);
    });

    it('is back at the default link when the invocation says so', async () => {
      const { calls, router } = routerWith(rows);
      const links = router.forInvocation();
      links.setLinkName('cache', ['wasi:keyvalue/store']);
      expect(links.setLinkName('default', ['wasi:keyvalue/store', 'acme:not/linked'])).toBeUndefined();
      await links.invoke('wasi:keyvalue/store', call);
      expect(calls.map(({ target }) => target)).toEqual(['main']);
    });

    it('tells which link calls take now, so that later ones may take the same', async () => {
      const { calls, router } = routerWith(rows);
      const links = router.forInvocation();
      links.setLinkName('cache', ['wasi:keyvalue/store']);
      const name = links.linkNameOf?.('wasi:keyvalue/store');
      expect([name, links.linkNameOf?.('wasi:keyvalue/atomics')]).toEqual(['cache', 'default']);
      links.setLinkName('default', ['wasi:keyvalue/store']);
      await links.invoke('wasi:keyvalue/store', call, name);
      expect(calls.map(({ target }) => target)).toEqual(['redis']);
    });

    it('fails with the chosen name when that link is gone', async () => {
      const { router } = routerWith(rows);
      const links = router.forInvocation();
      links.setLinkName('cache', ['wasi:keyvalue/store']);
      router.setLinks(rows.slice(0, 1));
      await expect(links.invoke('wasi:keyvalue/store', call)).rejects.toThrow(/^link 'cache' not found/);
    });
  });
});
