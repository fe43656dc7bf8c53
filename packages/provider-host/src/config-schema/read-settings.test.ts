import { describe, expect, it } from 'vitest';
import type { ConfigLayer } from './config-layer.js';
import type { ConfigSide } from './config-schema.js';
import { readSettings } from './read-settings.js';
import { readmeRows } from './readme-table.js';
import { flag, InvalidValueError, oneOf, setting, text, wholeNumber } from './setting.js';
import { defineSettings } from './settings-schema.js';

const schema = defineSettings({
  provider: 'store',
  settings: {
    bucket: text({
      required: true,
      inheritedBy: 'bare-links',
      form: { pattern: /^\w+$/, give: 'use letters' },
      description: 'where things are',
    }),
    size: wholeNumber({ least: 1, most: 10, default: 5, description: 'how many' }),
    fast: flag({ description: 'whether' }),
    mode: oneOf(['Old', 'new'], { default: 'new', description: 'which' }),
    token: text({ secret: 'advised', description: 'who' }),
    port: wholeNumber({ least: 1, most: 99, secret: 'possible', sides: ['provider', 'source'] }),
    even: setting<number, { default: number }>(
      (given) => {
        if (Number(given) % 2 === 0) return Number(given);
        throw new InvalidValueError('give an even number');
      },
      { default: 2 },
    ),
  },
});

const layer = (config: ConfigLayer['config'] = {}, secrets: ConfigLayer['secrets'] = {}): ConfigLayer => ({
  config,
  secrets,
});
const read = (link: ConfigLayer, provider = layer(), side: ConfigSide = 'target') =>
  readSettings(schema, { side, link, provider });
const secret = (value: string) => ({ kind: 'string', value }) as const;

describe('settings', () => {
  it('have their types and defaults', () => {
    expect(read(layer({ bucket: 'b' }))).toEqual({
      bucket: 'b',
      size: 5,
      fast: false,
      mode: 'new',
      token: undefined,
      port: undefined,
      even: 2,
    });
    expect(
      read(layer({ bucket: ' b ', size: '10', fast: 'YES', mode: 'old', token: ' t ', even: '4' })),
    ).toEqual({ bucket: 'b', size: 10, fast: true, mode: 'Old', token: ' t ', port: undefined, even: 4 });
  });

  it('prefer the link to the provider, and secrets to configs where they may be secrets', () => {
    const bytes = { kind: 'bytes', value: new TextEncoder().encode('from bytes') } as const;
    const provider = layer({ size: '7', token: 'p', even: '6' }, { token: bytes, port: secret('8') });
    expect(read(layer({ bucket: 'b', even: '4' }, { size: secret('1') }), provider)).toMatchObject({
      size: 7,
      token: 'from bytes',
      even: 4,
      port: 8,
    });
    expect(read(layer({ bucket: 'b', token: 'l' }, { token: secret('ls') }), provider).token).toBe('ls');
    expect(read(layer({ bucket: 'b', token: '', size: ' ' }), provider)).toMatchObject({
      token: 'from bytes',
      size: 7,
    });
  });

  it('of a key that bare links inherit are not those of the provider where a link says something', () => {
    const provider = layer({ bucket: 'p' });
    expect(read(layer(), provider).bucket).toBe('p');
    expect(() => read(layer({ buckets: 'b' }), provider)).toThrow(
      /^bucket is missing: put it into the target config of the link$/,
    );
  });

  it('are those of the side only', () => {
    expect(read(layer({ bucket: 'b', port: '3' })).port).toBeUndefined();
    expect(read(layer({ port: '3' }), layer(), 'source')).toMatchObject({ port: 3, bucket: undefined });
    expect(() => readSettings(schema, { side: 'provider', provider: layer() })).toThrow(
      /^bucket is missing: put it into the config of the provider$/,
    );
  });

  it('that can not be used are all named, with what to give, and no secret', () => {
    expect(() => read(layer({ size: '11', fast: 'on', mode: 'odd', even: '3' }))).toThrow(
      'bucket is missing: put it into the target config of the link; size is "11": give a whole number from 1 to 10; ' +
        'fast is "on": give true or false; mode is "odd": give one of Old, new; even is "3": give an even number',
    );
    const own = { bucket: 'b', size: '1e1' };
    expect(() => read(layer(own))).toThrow(/^size is "1e1": give a whole number/);
    const given = layer({ bucket: 'b' }, { port: secret('hunter2') });
    expect(() => read(given, layer(), 'source')).toThrow(/^port can not be used: give a whole number/);
  });

  it('come in any case where the schema says so, and are never members of objects', () => {
    const any = defineSettings({ provider: 'fs', anyCase: true, settings: { ROOT: text({}) } });
    const readAny = (config: ConfigLayer['config']) =>
      readSettings(any, { side: 'target', link: layer(config), provider: layer() }).ROOT;
    expect(readAny({ Root: '/a' })).toBe('/a');
    const odd = defineSettings({ provider: 'x', settings: { constructor: text({}) } });
    const values = readSettings(odd, { side: 'target', link: layer(), provider: layer() });
    expect(Object.entries(values)).toEqual([['constructor', undefined]]);
  });

  it('are the rows of a README', () => {
    expect(readmeRows(schema)).toEqual([
      ['`bucket`', 'required', 'where things are'],
      ['`size`', '5', 'how many'],
      ['`fast`', '`false`', 'whether'],
      ['`mode`', '`new`', 'which'],
      ['`token`', 'none', 'who'],
    ]);
  });
});
