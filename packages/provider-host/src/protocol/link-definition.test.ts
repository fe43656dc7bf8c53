import type { InterfaceLinkDefinition } from '@wasmlattice/control-interface/types';
import { describe, expect, it } from 'vitest';
import { decodeLink, decodeLinkDelete, encodeLinkDelete, encodeLinkPut } from './link-definition.js';

const link: InterfaceLinkDefinition = {
  sourceId: 'counter',
  target: 'kv',
  name: 'default',
  witNamespace: 'wasi',
  witPackage: 'keyvalue',
  interfaces: ['store'],
  sourceConfig: {},
  targetConfig: { bucket: 'counters' },
  sourceSecrets: undefined,
  targetSecrets: Uint8Array.of(120, 107),
};

describe('link definition', () => {
  it('comes back as it was', () => {
    expect(decodeLink(encodeLinkPut(link))).toEqual(link);
  });

  it('carries secrets as numbers, and null without', () => {
    expect(JSON.parse(encodeLinkPut(link))).toMatchObject({
      source_secrets: null,
      target_secrets: [120, 107],
    });
  });

  it('says nothing of configs and secrets in a delete', () => {
    expect(JSON.parse(encodeLinkDelete(link))).toEqual({
      source_id: 'counter',
      target: 'kv',
      name: 'default',
      wit_namespace: 'wasi',
      wit_package: 'keyvalue',
      interfaces: ['store'],
      source_config: {},
      target_config: {},
      source_secrets: null,
      target_secrets: null,
    });
  });

  it('may be deleted for the providers of one host', () => {
    expect(decodeLinkDelete(encodeLinkDelete(link, 'NHOST'))).toMatchObject({
      link: { sourceId: 'counter' },
      hostId: 'NHOST',
    });
    expect(decodeLinkDelete(encodeLinkDelete(link)).hostId).toBeUndefined();
  });

  it('is named default when it has no name', () => {
    expect(decodeLink('{"source_id":"a","target":"b","wit_namespace":"c","wit_package":"d"}')).toMatchObject({
      name: 'default',
      interfaces: [],
      sourceConfig: {},
      targetSecrets: undefined,
    });
  });
});
