import { defineSettings, text } from '@wasmlattice/provider-host/config-schema';
import type { InterfaceLinkDefinition, SecretMap } from '@wasmlattice/provider-host/protocol';
import { noopLogger } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import { createLinkHandler, type LinkHandler } from './link-handler.js';
import { type LinkMapOptions, ResourceLinks } from './link-map.js';

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

/** A handler and what its maps were told, as `[what, config or link name]`. */
function setup(
  overrides: Partial<LinkMapOptions<string, undefined>> = {},
  openSecrets: (sealed: Uint8Array | undefined) => SecretMap = () => ({}),
): { readonly handler: LinkHandler; readonly calls: unknown[][] } {
  const calls: unknown[][] = [];
  const own = { config: {}, secrets: {} };
  const map = (side: 'source' | 'target') =>
    new ResourceLinks<string, undefined>(
      {
        side,
        open({ config, linkName, secrets, sourceId, target }) {
          calls.push([side, side === 'source' ? target : sourceId, config, secrets]);
          return linkName;
        },
        close: (linkName, end) => void calls.push([`${end} ${side}`, linkName]),
        ...overrides,
      },
      () => own,
      noopLogger,
    );
  return {
    calls,
    handler: createLinkHandler({
      providerId: id,
      maps: [map('source'), map('target')],
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
      ['source', 'hello', { side: 'source' }, { n: { kind: 'string', value: 'undefined' } }],
    ]);
  });

  it('ignores a repetition but not a change', async () => {
    const { handler, calls } = setup();
    await handler.put(link());
    await handler.put(link());
    expect(calls).toHaveLength(1);
    await handler.put(link({ targetConfig: { side: 'new' } }));
    await handler.put(link({ interfaces: ['store', 'atomics'], targetConfig: { side: 'new' } }));
    expect(calls.map(([what]) => what)).toEqual([
      'target',
      'target',
      'replaced target',
      'target',
      'replaced target',
    ]);
  });

  it('keeps links of one peer apart by name', async () => {
    const { handler, calls } = setup();
    const all = [link(), link({ name: 'second' })];
    for (const one of [...all, ...all]) await handler.put(one);
    expect(calls).toHaveLength(2);
    await handler.delete(link({ name: 'second' }));
    for (const one of all) await handler.put(one);
    expect(calls.slice(2)).toEqual([
      ['deleted target', 'second'],
      ['target', 'counter', { side: 'target' }, {}],
    ]);
  });

  it('refuses keys of the schema that are misspelt or on the other side, before the provider sees them', async () => {
    const calls: unknown[] = [];
    const settings = defineSettings({ provider: 'x', settings: { bucket: text({ sides: ['target'] }) } });
    const map = new ResourceLinks<unknown, { bucket: string | undefined }>(
      { settings, open: (opened) => calls.push(opened.settings) },
      () => ({ config: {}, secrets: {} }),
      noopLogger,
    );
    const handler = createLinkHandler({
      providerId: id,
      maps: [map],
      config: () => ({}),
      openSecrets: () => ({}),
      logger: noopLogger,
    });
    const bad = { sourceConfig: {}, targetConfig: { bukcet: 'b' } };
    await expect(handler.put(link(bad))).rejects.toThrow(
      '"bukcet" is not a key of x: did you mean "bucket"?',
    );
    await expect(map.use({ sourceId: 'counter', linkName: 'default' }, () => {})).rejects.toThrow(
      /link named default of component counter can't be used: "bukcet" is not a key/,
    );
    const swapped = { sourceConfig: { bucket: 'b' }, targetConfig: {} };
    await expect(handler.put(link(swapped))).rejects.toThrow(/put it into the target config/);
    expect(calls).toEqual([]);
    await handler.put(link({ sourceConfig: {}, targetConfig: { bucket: 'b' } }));
    expect(calls).toEqual([{ bucket: 'b' }]);
  });

  it('tries a link again that failed, even if it had worked before', async () => {
    let fail = true;
    const puts: string[] = [];
    const { handler } = setup({
      open({ config }) {
        puts.push(config.side ?? '');
        if (fail) throw new Error('no server');
        return '';
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

  it('hands all on again when asked, those that failed as well, whatever becomes of one', async () => {
    const broken = new Set(['default', 'second']);
    const opened: string[] = [];
    const { handler } = setup({
      open({ linkName }) {
        if (broken.has(linkName)) throw new Error('no');
        opened.push(linkName);
        return linkName;
      },
    });
    for (const name of ['default', 'second', 'third']) await handler.put(link({ name })).catch(() => {});
    broken.delete('second');
    await handler.putAllAgain();
    // The one that is as it was stays open.
    expect(opened).toEqual(['third', 'second']);
  });

  it('takes a delete of what it does not know, and tells of one that fails', async () => {
    const { handler } = setup({
      close: () => {
        throw new Error('no');
      },
    });
    await handler.delete(link());
    await handler.put(link({ sourceId: id, target: 'hello' }));
    await expect(handler.delete(link({ sourceId: id, target: 'hello' }))).rejects.toThrow('no');
  });

  it('leaves links of others alone', async () => {
    const { handler, calls } = setup();
    await handler.put(link({ target: 'other' }));
    await handler.delete(link({ target: 'other' }));
    expect(calls).toEqual([]);
  });
});
