import type { HostInventory } from '@wasmlattice/control-interface';
import { expect, it } from 'vitest';
import { parseManifest } from '../manifest/parse.js';
import { deployedAnnotations } from './annotations.js';
import { explain } from './explain.js';

const { manifest } = parseManifest(
  `
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: shop }
spec:
  components:
    - name: web
      type: component
      properties: { image: "web:1" }
      traits:
        - type: spreadscaler
          properties: { instances: 2, spread: [{ name: eu, requirements: { zone: eu } }] }
        - type: link
          properties: { namespace: wasi, package: keyvalue, interfaces: [store], target: { name: kv } }
    - { name: idle, type: component, properties: { image: "idle:1" } }
    - { name: kv, type: capability, properties: { image: "kv:1" } }
    - { name: base, type: component, properties: { application: { name: other, component: x } } }
`,
  'shop.yaml',
);

function host(name: string, zone: string, runs: Partial<HostInventory> = {}): HostInventory {
  const about = { hostId: `N${name}`, friendlyName: name, version: '1', uptimeHuman: '', uptimeSeconds: 0 };
  return { ...about, labels: { zone }, components: [], providers: [], ...runs };
}

const annotations = deployedAnnotations('shop', 'eu', undefined);
const link = {
  sourceId: 'shop-web',
  target: 'shop-kv',
  name: 'default',
  witNamespace: 'wasi',
  witPackage: 'keyvalue',
  interfaces: ['store'],
  sourceConfig: [],
  targetConfig: [],
};

it('says by which labels something is where it is, and what hosts tell of what does not work', () => {
  const web = { id: 'shop-web', imageRef: 'web:1', annotations, maxInstances: 2, revision: 0 };
  const kv = { id: 'shop-kv', imageRef: 'kv:1', annotations: {}, revision: 0, failure: 'no bucket' };
  const lattice = {
    hosts: [
      host('calm-fox', 'eu', {
        components: [web],
        providers: [kv],
        undeliveredLinks: [{ ...link, providerId: 'shop-kv', state: 'failed', reason: 'no bucket' }],
      }),
      host('edge-owl', 'us'),
    ],
    links: [link],
  };
  expect(explain(manifest, lattice)).toEqual([
    {
      name: 'web',
      id: 'shop-web',
      reasons: [
        'runs on calm-fox with 2 instances, which has zone=eu as spread eu requires',
        'not on edge-owl, which does not have zone=eu',
      ],
    },
    {
      name: 'idle',
      id: 'shop-idle',
      reasons: ['it has no spreadscaler or daemonscaler, and is not started'],
    },
    {
      name: 'kv',
      id: 'shop-kv',
      reasons: [
        'runs on calm-fox',
        'it fails on calm-fox: no bucket',
        'the link shop-web wasi:keyvalue to shop-kv failed: no bucket',
      ],
    },
    { name: 'base', id: 'other-x', reasons: ['it is x of application other, which says where it runs'] },
  ]);
});

it('says what is missing where nothing runs', () => {
  const [web, , kv] = explain(manifest, { hosts: [host('edge-owl', 'us')], links: [] });
  expect(web?.reasons).toEqual([
    'not on edge-owl, which does not have zone=eu',
    'no host has the labels that web requires',
    'the link shop-web wasi:keyvalue to shop-kv is not there',
  ]);
  expect(kv?.reasons).toEqual([
    '0 of 1 instances of kv run',
    'the link shop-web wasi:keyvalue to shop-kv is not there',
  ]);
});
