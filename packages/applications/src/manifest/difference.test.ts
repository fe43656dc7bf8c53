import { describe, expect, it } from 'vitest';
import { describeDifference, differencesOf } from './difference.js';
import type { Manifest } from './manifest.js';
import { parseManifest } from './parse.js';

function manifest(components: string, version = 'v1'): Manifest {
  const text = `
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: shop, annotations: { version: ${version} } }
spec:
  policies: [{ name: vault, type: policy.secret.wasmcloud.dev/v1alpha1, properties: { backend: vault } }]
  components: [${components}]`;
  return parseManifest(text, 'shop.yaml').manifest;
}

const kv = '{ name: kv, type: capability, properties: { image: "kv:1" } }';
const web = (properties: string, traits: string) =>
  `{ name: web, type: component, properties: { image: "web:1"${properties} }, traits: [${traits}] }`;
const scaler = (rest: string) => `{ type: spreadscaler, properties: { ${rest} } }`;
const link = (rest: string) =>
  `{ type: link, properties: { namespace: wasi, package: keyvalue, interfaces: [store, atomics], target: { name: kv${rest} } } }`;

const lines = (before: Manifest | undefined, after: Manifest | undefined): string[] =>
  differencesOf(before, after).map(describeDifference);

describe('differences of manifests', () => {
  it('are none between versions that say the same', () => {
    const components = `${web('', `${scaler('instances: 1')}, ${link('')}`)}, ${kv}`;
    expect(lines(manifest(components), manifest(components, 'v2'))).toEqual([]);
  });

  it('are all that a manifest says, where there is no other', () => {
    const only = manifest(
      web('', scaler('instances: 2, spread: [{ name: eu, requirements: { zone: eu } }]')),
    );
    expect(lines(undefined, only)).toEqual([
      '+ component web: web:1',
      '+ component web, instances: 2 over eu (zone=eu)',
    ]);
    expect(lines(only, undefined)).toEqual([
      '- component web: web:1',
      '- component web, instances: 2 over eu (zone=eu)',
    ]);
  });

  it('name images, numbers, links, values of configs and references to secrets', () => {
    const before = manifest(
      `${web(', config: [{ name: words, properties: { a: "1", b: "2" } }, { name: common }]', `${scaler('instances: 1')}, ${link(', config: [{ name: bucket, properties: { bucket: x } }]')}`)}, ${kv}`,
    );
    const after = manifest(
      `${web(', config: [{ name: words, properties: { a: "1", b: "3" } }], secrets: [{ name: key, properties: { policy: vault, key: k } }]', '{ type: daemonscaler, properties: { instances: 2 } }')}, ${kv.replace('kv:1', 'kv:2')}`,
    );
    expect(lines(before, after)).toEqual([
      '~ component web, instances: 1 -> 2 on every host',
      '~ config words of web, b: 2 -> 3',
      '- config common of web: as it is in the lattice',
      '- link web wasi:keyvalue to kv: atomics, store',
      '- config bucket of link web wasi:keyvalue to kv, target, bucket: x',
      '~ provider kv: kv:1 -> kv:2',
      expect.stringMatching(/^\+ secret key of web, backend: vault$/),
      ...Array.from({ length: 4 }, () => expect.stringMatching(/^\+ secret key of web, \w+: /)),
    ]);
  });
});
