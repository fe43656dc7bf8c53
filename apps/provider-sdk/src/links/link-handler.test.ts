import type { InterfaceLinkDefinition, SecretMap } from '@wasmlattice/provider-host/protocol';
import { noopLogger } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import type { Provider } from '../provider.js';
import { createLinkHandler, type LinkHandler } from './link-handler.js';

const id = 'kv';

function link(values: Partial<InterfaceLinkDefinition> = {}): InterfaceLinkDefinition {
  return {
    sourceId: 'counter',
    target: id,
    name: 'default',
    witNamespace: 'wasi',
    witPackage: 'keyvalue',
    interfaces: ['store'],
    sourceConfig: { side: 'source' },
    targetConfig: { side: 'target' },
    ...values,
  };
}

/** A handler and what it called, as `[method, config or link name]`. */
function setup(
  overrides: Provider = {},
  openSecrets: (sealed: Uint8Array | undefined) => SecretMap = () => ({}),
): { readonly handler: LinkHandler; readonly calls: unknown[][] } {
  const calls: unknown[][] = [];
  const provider: Provider = {
    putLinkAsSource: ({ config, target }) => void calls.push(['source', target, config]),
    putLinkAsTarget: ({ config, sourceId, secrets }) =>
      void calls.push(['target', sourceId, config, secrets]),
    deleteLinkAsSource: ({ linkName }) => void calls.push(['delete source', linkName]),
    deleteLinkAsTarget: ({ linkName }) => void calls.push(['delete target', linkName]),
    ...overrides,
  };
  return {
    calls,
    handler: createLinkHandler({
      providerId: id,
      provider,
      config: () => ({}),
      openSecrets,
      logger: noopLogger,
    }),
  };
}

describe('link handler', () => {
  it('gives each side its own values', async () => {
    const { handler, calls } = setup({}, (sealed) => ({
      n: { kind: 'string', value: String(sealed?.length) },
    }));
    await handler.put(link({ targetSecrets: new Uint8Array(3), sourceSecrets: new Uint8Array(9) }));
    await handler.put(link({ sourceId: id, target: 'hello' }));
    expect(calls).toEqual([
      ['target', 'counter', { side: 'target' }, { n: { kind: 'string', value: '3' } }],
      ['source', 'hello', { side: 'source' }],
    ]);
  });

  it('ignores a repetition but not a change', async () => {
    const { handler, calls } = setup();
    await handler.put(link());
    await handler.put(link());
    expect(calls).toHaveLength(1);
    await handler.put(link({ targetConfig: { side: 'new' } }));
    await handler.put(link({ interfaces: ['store', 'atomics'], targetConfig: { side: 'new' } }));
    expect(calls).toHaveLength(3);
  });

  it('keeps links of one peer apart by name and package', async () => {
    const { handler, calls } = setup();
    const all = [link(), link({ name: 'second' }), link({ witPackage: 'blobstore' })];
    for (const one of [...all, ...all]) await handler.put(one);
    expect(calls).toHaveLength(3);
    await handler.delete(link({ name: 'second' }));
    for (const one of all) await handler.put(one);
    expect(calls.slice(3)).toEqual([
      ['delete target', 'second'],
      ['target', 'counter', { side: 'target' }, {}],
    ]);
  });

  it('refuses keys of the config schema that are misspelt or on the other side, before the provider sees them', async () => {
    const configSchema = { provider: 'x', keys: [{ name: 'bucket', sides: ['target'] as const }] };
    const { handler, calls } = setup({ configSchema });
    const bad = { sourceConfig: {}, targetConfig: { bukcet: 'b' } };
    await expect(handler.put(link(bad))).rejects.toThrow(
      '"bukcet" is not a key of x: did you mean "bucket"?',
    );
    const swapped = { sourceConfig: { bucket: 'b' }, targetConfig: {} };
    await expect(handler.put(link(swapped))).rejects.toThrow(/put it into the target config/);
    expect(calls).toEqual([]);
    await handler.put(link({ sourceConfig: {}, targetConfig: { bucket: 'b' } }));
    expect(calls).toHaveLength(1);
  });

  it('tries a link again that failed, even if it had worked before', async () => {
    let fail = true;
    const puts: string[] = [];
    const { handler } = setup({
      putLinkAsTarget({ config }) {
        puts.push(config.side ?? '');
        if (fail) throw new Error('no server');
      },
    });
    await expect(handler.put(link())).rejects.toThrow('no server');
    fail = false;
    await handler.put(link());
    fail = true;
    await expect(handler.put(link({ targetConfig: { side: 'other' } }))).rejects.toThrow('no server');
    await expect(handler.put(link())).rejects.toThrow('no server');
    expect(puts).toEqual(['target', 'target', 'other', 'target']);
  });

  it('counts a link as failed when its secrets do not open', async () => {
    const { handler, calls } = setup({}, () => {
      throw new Error('wrong key');
    });
    await expect(handler.put(link())).rejects.toThrow('wrong key');
    expect(calls).toEqual([]);
  });

  it('hands all on again when asked, whatever becomes of one', async () => {
    let fail = false;
    const { handler, calls } = setup({
      putLinkAsTarget({ linkName }) {
        if (fail && linkName === 'default') throw new Error('no');
        calls.push([linkName]);
      },
    });
    await handler.put(link());
    await handler.put(link({ name: 'second' }));
    fail = true;
    await handler.putAllAgain();
    expect(calls).toEqual([['default'], ['second'], ['second']]);
  });

  it('passes a delete on whether it knew the link or not, and survives its failure', async () => {
    const { handler, calls } = setup({
      deleteLinkAsSource: () => {
        throw new Error('no');
      },
    });
    await handler.delete(link());
    await expect(handler.delete(link({ sourceId: id, target: 'hello' }))).rejects.toThrow('no');
    expect(calls).toEqual([['delete target', 'default']]);
  });

  it('leaves links of others alone', async () => {
    const { handler, calls } = setup();
    await handler.put(link({ target: 'other' }));
    await handler.delete(link({ target: 'other' }));
    expect(calls).toEqual([]);
  });
});
