import { type Manifest, parseManifest } from '@wasmlattice/applications';
import { describe, expect, it } from 'vitest';
import { addressesOf, defaultApplication, findWorkload, withWorkload } from './dev-application.js';

const component = (name: string, image: string): string => `
    - name: ${name}
      type: component
      properties: { image: ${image}, config: [{ name: own, properties: { greeting: Hello } }] }`;

function manifest(...components: string[]): Manifest {
  return parseManifest(
    `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: shop }
spec:
  components:${components.join('')}`,
    'wadm.yaml',
  ).manifest;
}

const server = `
    - name: http
      type: capability
      properties: { image: 'wasmcloud+builtin://http-server' }
      traits:
        - type: link
          properties: { target: cart, namespace: wasi, package: http, interfaces: [incoming-handler], source_config: [{ name: a, properties: { address: '127.0.0.1:8000', cors_max_age_secs: '1' } }] }`;

describe('what is developed', () => {
  const workload = { kind: 'component', artifact: '/shop/dist/cart.wasm' } as const;

  it('is the part whose image is the file that a build leaves', () => {
    const both = manifest(
      component('other', 'file://./x.wasm'),
      component('cart', 'file://./dist/cart.wasm'),
    );
    expect(findWorkload(both, '/shop', workload)).toBe('cart');
  });

  it('is the only part from a file, where none has that image', () => {
    const one = manifest(component('cart', './old.wasm'), component('other', 'registry.example/x:1'));
    expect(findWorkload(one, '/shop', workload)).toBe('cart');
  });

  it.each([
    [manifest(component('a', 'registry.example/x:1')), 'has no component from a file'],
    [
      manifest(component('a', './a.wasm'), component('b', './b.wasm')),
      'has more than one component from a file',
    ],
  ])('is told when it is in doubt', (doubtful, message) => {
    expect(() => findWorkload(doubtful, '/shop', workload)).toThrow(message);
  });
});

describe('an application that is developed', () => {
  const given = manifest(component('cart', './dist/cart.wasm'), server);

  it('has another image of its part, and the config of flags besides its own', () => {
    const { components } = withWorkload(given, 'cart', 'file:///new.wasm', {
      port: undefined,
      config: { a: 'b' },
    });
    expect(components[0]).toMatchObject({
      source: { kind: 'image', image: 'file:///new.wasm' },
      config: [{ properties: { greeting: 'Hello' } }, { properties: { a: 'b' } }],
    });
    expect(components[1]).toEqual(given.components[1]);
  });

  it('is served where its manifest says, unless a flag says another port', () => {
    expect(addressesOf(given, 'cart')).toEqual(['127.0.0.1:8000']);
    const moved = withWorkload(given, 'cart', 'file:///new.wasm', { port: 9000, config: {} });
    expect(addressesOf(moved, 'cart')).toEqual(['127.0.0.1:9000']);
    expect(moved.components[1]?.links[0]?.sourceConfig[0]?.properties).toEqual({ cors_max_age_secs: '1' });
  });

  it('without a manifest has the HTTP server if it handles requests', () => {
    const served = { links: [], providers: [], unserved: [] };
    const workload = { kind: 'component', artifact: '/shop/cart.wasm' } as const;
    expect(addressesOf(defaultApplication('cart', workload, served, true), 'cart')).toEqual([
      '127.0.0.1:8000',
    ]);
    expect(defaultApplication('cart', workload, served, false).components).toHaveLength(1);
  });
});
