import { describe, expect, it } from 'vitest';
import { configNames } from './identifiers.js';
import { parseManifest } from './parse.js';

function manifest(
  policy: string,
  secrets = '[{ name: api-token, properties: { policy: vault, key: db, field: pw } }]',
) {
  return `
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: My-Shop }
spec:
  policies: [${policy}]
  components:
    - name: counter
      type: component
      properties:
        image: a
        config: [{ name: plain, properties: { a: b } }]
        secrets: ${secrets}
      traits:
        - { type: spreadscaler, properties: { instances: 1 } }
        - type: link
          properties:
            namespace: wasi
            package: keyvalue
            interfaces: [store]
            target: { name: kv, secrets: ${secrets} }
            source: { config: [], secrets: ${secrets} }
    - { name: kv, type: capability, properties: { image: b } }
`;
}

const policy =
  '{ name: vault, type: policy.secret.wasmcloud.dev/v1alpha1, properties: { backend: nats-kv, role: reader } }';

describe('secrets of a manifest', () => {
  it('are references under the names that wadm gives them, after the configs', () => {
    const { manifest: parsed } = parseManifest(manifest(policy), 'wadm.yaml');
    const [counter] = parsed.components;
    expect(configNames(parsed.name, counter?.config ?? [])).toEqual([
      'my_shop-plain',
      'SECRET_my_shop-api_token',
    ]);
    const reference = {
      name: 'api-token',
      type: 'secret.wasmcloud.dev/v1alpha1',
      backend: 'nats-kv',
      key: 'db',
      field: 'pw',
      policy: '{"type":"properties.secret.wasmcloud.dev/v1alpha1","properties":{"role":"reader"}}',
    };
    expect(counter?.config[1]?.properties).toEqual(reference);
    const [link] = counter?.links ?? [];
    for (const entries of [link?.sourceConfig ?? [], link?.targetConfig ?? []]) {
      expect(configNames(parsed.name, entries)).toEqual(['SECRET_my_shop-api_token']);
      expect(entries[0]?.properties).toEqual(reference);
    }
  });

  it.each([
    [
      'a policy without backend',
      '{ name: vault, type: policy.secret.wasmcloud.dev/v1alpha1, properties: {} }',
      'needs `backend`',
    ],
    [
      'a policy of another type',
      '{ name: vault, type: other, properties: {} }',
      'there is no policy `vault`',
    ],
    ['two policies of one name', `${policy}, ${policy}`, 'there is another policy named `vault`'],
  ])('are refused with %s', (_, policies, message) => {
    expect(() => parseManifest(manifest(policies), 'wadm.yaml')).toThrow(message);
  });

  it('need a key', () => {
    const secrets = '[{ name: s, properties: { policy: vault } }]';
    expect(() => parseManifest(manifest(policy, secrets), 'wadm.yaml')).toThrow(/key: is missing/);
  });
});
