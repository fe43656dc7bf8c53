import { describe, expect, it } from 'vitest';
import { decodeDeleteLinkCommand, decodeLink, encodeDeleteLinkCommand, encodeLink } from './link.js';

const json = {
  source_id: 'hello',
  target: 'kv',
  name: 'default',
  wit_namespace: 'wasi',
  wit_package: 'keyvalue',
  interfaces: ['store', 'atomics'],
  source_config: [],
  target_config: ['redis-url'],
};
const link = {
  sourceId: 'hello',
  target: 'kv',
  name: 'default',
  witNamespace: 'wasi',
  witPackage: 'keyvalue',
  interfaces: ['store', 'atomics'],
  sourceConfig: [],
  targetConfig: ['redis-url'],
};

describe('link', () => {
  it('has the wire form of the spec, both ways', () => {
    expect(encodeLink(link)).toEqual(json);
    expect(decodeLink(json)).toEqual(link);
  });

  it('writes its members in the order of the reference implementation', () => {
    expect(Object.keys(encodeLink(link))).toEqual(Object.keys(json));
  });

  it('has a default name and no configs unless given', () => {
    const { name, source_config, target_config, ...required } = json;
    expect(decodeLink(required)).toEqual({ ...link, targetConfig: [] });
    const { name: _name, sourceConfig, targetConfig, ...input } = link;
    expect(encodeLink(input)).toEqual({ ...json, target_config: [] });
  });

  it.each(['source_id', 'target', 'wit_namespace', 'wit_package', 'interfaces'])('needs %s', (field) => {
    expect(() => decodeLink({ ...json, [field]: undefined })).toThrow(`link: field "${field}"`);
  });

  it.each(Object.keys(json))('refuses null as %s', (field) => {
    expect(() => decodeLink({ ...json, [field]: null })).toThrow(expect.objectContaining({ field }));
  });
});

describe('link deletion', () => {
  it('has the wire form of the spec, both ways', () => {
    const command = { sourceId: 'hello', name: 'a', witNamespace: 'wasi', witPackage: 'keyvalue' };
    const wire = { source_id: 'hello', name: 'a', wit_namespace: 'wasi', wit_package: 'keyvalue' };
    expect(encodeDeleteLinkCommand(command)).toEqual(wire);
    expect(decodeDeleteLinkCommand(wire)).toEqual(command);
  });

  it('says which target it means only if it means one', () => {
    const command = {
      sourceId: 'hello',
      name: 'a',
      witNamespace: 'wasi',
      witPackage: 'keyvalue',
      target: 'kv',
    };
    const wire = {
      source_id: 'hello',
      name: 'a',
      wit_namespace: 'wasi',
      wit_package: 'keyvalue',
      target: 'kv',
    };
    expect(encodeDeleteLinkCommand(command)).toEqual(wire);
    expect(decodeDeleteLinkCommand(wire)).toEqual(command);
  });

  it('means the default link unless a name is given', () => {
    expect(decodeDeleteLinkCommand({ source_id: 'a', wit_namespace: 'b', wit_package: 'c' }).name).toBe(
      'default',
    );
  });

  it.each(['source_id', 'wit_namespace', 'wit_package'])('needs %s', (field) => {
    expect(() => decodeDeleteLinkCommand({ ...json, [field]: undefined })).toThrow(
      expect.objectContaining({ field }),
    );
  });
});
