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
});
