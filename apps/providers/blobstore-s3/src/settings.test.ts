import { blobstoreS3Schema, checkLinkConfig, readSettings } from '@wasmlattice/provider-host/config-schema';
import { describe, expect, it } from 'vitest';
import { bucketOf } from './bucket-names.js';

const read = (
  config: Record<string, string>,
  secrets: Record<string, string> = {},
  provider: Record<string, string> = {},
) =>
  readSettings(blobstoreS3Schema, {
    side: 'target',
    link: {
      config,
      secrets: Object.fromEntries(
        Object.entries(secrets).map(([key, value]) => [key, { kind: 'string', value }]),
      ),
    },
    provider: { config: provider, secrets: {} },
  });

const account = { access_key_id: 'ID', secret_access_key: 's3cret', endpoint: 'http://127.0.0.1:1' };

describe('the account of a link', () => {
  it('is a secret, else a config, as JSON or as its base64', () => {
    const json = JSON.stringify(account);
    expect(read({ config_json: '{}' }, { config_json: json }).config_json).toEqual(account);
    expect(read({ config_json: json }).config_json).toEqual(account);
    expect(read({ config_b64: Buffer.from(json).toString('base64') }).config_b64).toEqual(account);
    expect(read({}, {}, { config_json: json }).config_json).toEqual(account);
  });

  it('is refused with a reason that shows nothing of it', () => {
    const wrong: [string, RegExp][] = [
      ['s3cret {', /config_json can not be used: give a JSON object/],
      ['{"secret_access_key":"s3cret"}', /give both access_key_id and secret_access_key/],
      ['{"max_attempts":"s3cret"}', /max_attempts has to be a number/],
      ['{"endpoint":"s3cret"}', /endpoint has to be a URL/],
      ['{"sts_config":{}}', /sts_config needs a role/],
    ];
    for (const [json, reason] of wrong) {
      expect(() => read({ config_json: json })).toThrow(reason);
      expect(() => read({ config_json: json })).not.toThrow(/s3cret/);
    }
  });
});

describe('aliases', () => {
  it('are keys that begin with alias_, of the link before those of the provider', () => {
    const settings = read({ alias_a: 'bucket-a' }, {}, { alias_a: 'other', alias_b: 'bucket-b' });
    expect(settings.alias_NAME).toEqual({ a: 'bucket-a', b: 'bucket-b' });
    const { refusals, warnings } = checkLinkConfig(blobstoreS3Schema, 'target', {
      source: {},
      target: { alias_a: 'bucket-a' },
    });
    expect([refusals, warnings]).toEqual([[], []]);
  });

  it('name buckets, with or without their prefix; other names are buckets', () => {
    const aliases = new Map([['a', 'bucket-a']]);
    expect(['a', 'alias_a', 'b', 'alias_b'].map((name) => bucketOf(name, aliases))).toEqual([
      'bucket-a',
      'bucket-a',
      'b',
      'b',
    ]);
  });
});
