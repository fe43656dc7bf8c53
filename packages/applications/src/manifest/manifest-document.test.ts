import { describe, expect, it } from 'vitest';
import { isSameDocument, mapImages, withVersion } from './manifest-document.js';
import { parseManifest } from './parse.js';

const text = `
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: shop
  annotations: { version: 1.10 }
  labels: {}
spec:
  components:
    - name: cart
      type: actor
      properties: { image: ./cart.wasm, config: [] }
      traits:
        - { type: spreadscaler, properties: { replicas: 3, spread: [{ name: a, requirements: {} }] } }
        - type: link
          properties:
            namespace: wasi
            package: keyvalue
            interfaces: [store]
            target: store
            target_config: [{ name: bucket, properties: { bucket: shop } }]
    - name: store
      type: capability
      properties: { image: ./store.mjs }
`;

describe('the stored form of a manifest', () => {
  const { document } = parseManifest(text, 'shop.yaml');

  it('has new spellings, texts as they are written, and no empty lists', () => {
    expect(document).toEqual({
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name: 'shop', annotations: { version: '1.10' } },
      spec: {
        components: [
          {
            name: 'cart',
            type: 'component',
            properties: { image: './cart.wasm' },
            traits: [
              {
                type: 'spreadscaler',
                properties: { instances: 3, spread: [{ name: 'a', requirements: {} }] },
              },
              {
                type: 'link',
                properties: {
                  namespace: 'wasi',
                  package: 'keyvalue',
                  interfaces: ['store'],
                  target: { name: 'store', config: [{ name: 'bucket', properties: { bucket: 'shop' } }] },
                },
              },
            ],
          },
          { name: 'store', type: 'capability', properties: { image: './store.mjs' } },
        ],
      },
    });
  });

  it('is read as the file is', () => {
    const file = parseManifest(text, 'shop.yaml').manifest;
    expect(parseManifest(JSON.stringify(document), 'stored').manifest).toEqual(file);
  });

  it('is the same whatever version it is called, and not with another image', () => {
    expect(isSameDocument(document, withVersion(document, 'v2'))).toBe(true);
    expect(
      isSameDocument(
        document,
        mapImages(document, (image) => `${image}2`),
      ),
    ).toBe(false);
  });
});
