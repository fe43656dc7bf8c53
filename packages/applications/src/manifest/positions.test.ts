import { describe, expect, it } from 'vitest';
import { ManifestError } from './manifest-error.js';
import { parseManifest } from './parse.js';

const manifest = `apiVersion: core.oam.dev/v1beta1
kind: Application
metadata:
  name: shop
  annotations:
    version: v1
  labels:
    team: blue
spec:
  policies:
    - name: vault
      type: policy.secret.wasmcloud.dev/v1alpha1
      properties:
        backend: nats-kv
  components:
    - name: hello
      type: component
      properties:
        image: ghcr.io/x/hello:1
        config:
          - name: words
            properties:
              greeting: hello
        secrets:
          - name: password
            properties:
              policy: vault
              key: db
      traits:
        - type: spreadscaler
          properties:
            instances: 3
            spread:
              - name: edge
                requirements:
                  zone: edge
                weight: 80
        - type: link
          properties:
            namespace: wasi
            package: keyvalue
            interfaces:
              - store
              - atomics
            source:
              config:
                - name: here
                  properties:
                    note: mine
            target:
              name: store
              config:
                - name: there
                  properties:
                    bucket: b
    - name: store
      type: capability
      properties:
        image: ghcr.io/wasmcloud/keyvalue-nats:0.3.1
        config:
          - name: servers
            properties:
              cluster_uri: nats://nats:4222
    - name: http
      type: capability
      properties:
        image: wasmcloud+builtin://http-server
      traits:
        - type: link
          properties:
            target: hello
            namespace: wasi
            package: http
            interfaces: [incoming-handler]
            source_config:
              - name: listen
                properties:
                  address: 127.0.0.1:8000
    - name: base
      type: component
      properties:
        application:
          name: other
          component: web
`;

/** The text without its mark `¶`, and where that stood, as messages have it. */
function marked(text: string): { readonly text: string; readonly place: string } {
  const lines = text.slice(0, text.indexOf('¶')).split('\n');
  return { text: text.replace('¶', ''), place: `${lines.length}:${(lines.at(-1)?.length ?? 0) + 1}` };
}

/** Everything that is told of a manifest, mistakes or warnings. */
function told(text: string): readonly string[] {
  try {
    return parseManifest(text, 'app.yaml').warnings;
  } catch (error) {
    if (error instanceof ManifestError) return [...error.message.split('\n'), ...error.warnings];
    throw error;
  }
}

const spare = (name: string) => `    - name: ${name}
      type: component
      properties: { image: x }
      traits: [{ type: spreadscaler, properties: { instances: 1 } }]
`;

describe('the line and column of what is wrong', () => {
  it('is told of nothing in the manifest of this test', () => {
    expect(told(manifest)).toEqual([]);
  });

  it.each([
    // The document and its head.
    ['apiVersion: core.oam.dev/v1beta1', 'apiVersion: ¶core.oam.dev/v2', 'apiVersion: expected'],
    ['kind: Application', 'kind: ¶App', 'kind: expected `Application`'],
    [
      'kind: Application',
      '¶kin: Application\nkind: Application',
      'kin: is not known here; did you mean `kind`',
    ],
    ['metadata:\n  name: shop', '¶metadata:', 'metadata.name: is missing'],
    ['name: shop', 'name: ¶my shop', 'metadata.name: `my shop` may only have'],
    ['  name: shop', '  ¶name:', 'metadata.name: is missing'],
    ['version: v1', 'version: ¶latest', 'metadata.annotations.version: `latest`'],
    ['labels:', '¶label:', 'metadata.label: is not known here; did you mean `labels`'],
    ['team: blue', '¶my team: blue', 'metadata.labels.my team: `my team` cannot be a key here'],
    ['version: v1', 'version: v1\n    ¶-x: y', 'metadata.annotations.-x: `-x` cannot be a key here'],
    ['team: blue', 'team: ¶[blue]', 'metadata.labels.team: expected text, found a list'],
    ['team: blue', 'team:\n      - blue'.replace('team', '¶team'), 'metadata.labels.team: expected text'],
    ['policies:', '¶polices:', 'spec.polices: is not known here; did you mean `policies`'],
    // Policies and secrets.
    ['type: policy.secret.wasmcloud.dev/v1alpha1', 'type: ¶policy.other/v1', 'type: the policy type'],
    [
      'type: policy.secret.wasmcloud.dev/v1alpha1',
      'type: ¶policy.secrets.wasmcloud.dev/v1alpha1',
      'write `policy.secret.wasmcloud.dev/v1alpha1`',
    ],
    ['      properties:\n        backend: nats-kv', '      properties: ¶{}', 'properties: needs `backend`'],
    ['        backend: nats-kv', '        backend: ¶7', 'properties.backend: expected text, found `7`'],
    ['policy: vault', 'policy: ¶valt', 'secrets[0].properties.policy: there is no policy `valt`'],
    ['key: db', 'key: db\n              ¶feild: x', 'feild: is not known here; did you mean `field`'],
    ['key: db', 'key: db\n              version: ¶2', 'version: expected text, found `2`'],
    [
      '            properties:\n              policy: vault\n              key: db',
      '            ¶properties:\n              policy: vault',
      'key: is missing',
    ],
    // Components.
    [
      'type: component\n      properties:\n        image: ghcr',
      'type: ¶pod\n      properties:\n        image: ghcr',
      'type: expected `component` or `capability`',
    ],
    [
      '        image: ghcr.io/x/hello:1',
      '        ¶imgae: x',
      'imgae: is not known here; did you mean `image`',
    ],
    ['        image: ghcr.io/x/hello:1', '        image: ¶7', 'image: expected text, found `7`'],
    ['        image: ghcr.io/x/hello:1', '        image: x\n        id: ¶a.b', 'id: `a.b` cannot be an id'],
    [
      '      traits:\n        - type: spread',
      '      ¶trait:\n        - type: spread',
      'trait: is not known here; did you mean `traits`',
    ],
    ['    - name: base', `    - name: ¶hello`, 'name: there is another component named `hello`'],
    ['    - name: base', `    - ¶nam: base`, 'nam: is not known here; did you mean `name`'],
    ['          component: web', '          ¶componet: web', 'componet: is not known here'],
    [
      '        application:',
      '        ¶config: [{ name: c }]\n        application:',
      'config: cannot be given for a shared',
    ],
    [
      '          component: web',
      '          component: web\n      traits: [{ type: ¶spreadscaler, properties: { instances: 1 } }]',
      'a shared component is scaled by',
    ],
    [
      'image: ghcr.io/x/hello:1',
      'image: ¶files:///x.wasm',
      '`files://` is no scheme of images: write `file://`',
    ],
    [
      'image: ghcr.io/x/hello:1',
      'image: ¶s3://x/y.wasm',
      '`s3://` is no scheme of images: write `file://PATH`',
    ],
    [
      'image: wasmcloud+builtin://http-server',
      'image: ¶wasmcloud+builtin://http-servr',
      'write `wasmcloud+builtin://http-server`',
    ],
    // Configs.
    ['greeting: hello', 'greeting: ¶1.10', 'greeting: expected text, found `1.10`: put it in quotes, "1.10"'],
    ['greeting: hello', 'greeting: ¶true', 'greeting: expected text, found `true`'],
    ['greeting: hello', '¶greeting:', 'greeting: expected text, found nothing'],
    [
      '- name: words',
      '- name: ¶wo*rds\n          - name: words',
      'config[0].name: `wo*rds` cannot be the name of a config',
    ],
    ['greeting: hello', 'url: ¶redis://localhost:6379', 'url: localhost is the machine'],
    ['cluster_uri: nats://nats', 'cluster_uri: ¶nats://127.0.0.1', 'cluster_uri: 127.0.0.1 is the machine'],
    ['address: 127.0.0.1:8000', 'address: ¶localhost:8000', 'address: what is listened at is an IP address'],
    // Scalers.
    [
      'type: spreadscaler',
      'type: ¶spreadscalr',
      'type: there is no trait `spreadscalr`: write `spreadscaler`',
    ],
    ['type: spreadscaler', 'type: ¶autoscaler-x', 'type: the trait `autoscaler-x` is not known'],
    ['instances: 3', 'instances: ¶three', 'instances: expected a whole number, 0 or more, found `three`'],
    ['instances: 3', 'instances: ¶"3"', 'found `3` in quotes: take them away'],
    ['instances: 3', 'instances: ¶-1', 'instances: expected a whole number'],
    ['instances: 3', 'instances: ¶1.5', 'instances: expected a whole number'],
    ['instances: 3', 'instances: 3\n            ¶replicas: 3', 'replicas: `replicas` and `instances`'],
    ['instances: 3', '¶instnaces: 3', 'instnaces: is not known here; did you mean `instances`'],
    ['requirements:', '¶requirments:', 'requirments: is not known here; did you mean `requirements`'],
    ['zone: edge', 'zone: ¶5', 'requirements.zone: expected text, found `5`'],
    ['zone: edge', 'zone: ¶[edge, core]', 'requirements.zone: expected text, found a list'],
    ['weight: 80', 'weight: ¶heavy', 'weight: expected a whole number'],
    [
      '            spread:',
      '            ¶spread:',
      'spread: needs a weight above 0',
      'weight: 80',
      'weight: 0',
    ],
    [
      '        - type: link\n          properties:\n            namespace',
      '        - type: ¶daemonscaler\n          properties: { instances: 1 }\n        - type: link\n          properties:\n            namespace',
      'type: is another scaler of the component',
    ],
    // Links.
    [
      'namespace: wasi\n            package: keyvalue',
      '¶namspace: wasi\n            namespace: wasi\n            package: keyvalue',
      'namspace: is not known here',
    ],
    [
      '            interfaces:\n              - store\n              - atomics',
      '            interfaces: ¶store',
      'interfaces: expected a list, found `store`',
    ],
    ['              - atomics', '              - ¶7', 'interfaces[1]: expected text, found `7`'],
    [
      '              - atomics',
      '              - ¶store',
      'interfaces[1]: `hello` has two links named `default`',
    ],
    [
      '              name: store',
      '              name: ¶stor',
      'target.name: the link target `stor` is not a component of this manifest: write `store`',
    ],
    ['target: hello', 'target: ¶helo', 'target: the link target `helo`'],
    [
      '              name: store',
      '              name: store\n              ¶application: other',
      'application: a link goes to',
    ],
    [
      '            source:',
      '            ¶target_config: []\n            source:',
      'target_config: `target_config` stands beside',
    ],
    [
      '            source:',
      '            ¶source_config: []\n            source:',
      'source_config: `source_config` and `source`',
    ],
    [
      'target: hello',
      'target: ¶store',
      'target: the provider `http` cannot be linked to the provider `store`',
    ],
    ['- name: there', '- name: ¶words', 'name: the config `words` is defined twice'],
    [
      '              name: store\n              config',
      '              ¶nam: store\n              config',
      'target.nam: is not known here',
    ],
    // Keys of configs that a provider does not know.
    [
      'bucket: b',
      '¶bukcet: b',
      'properties.bukcet: "bukcet" is not a key of keyvalue-nats: did you mean "bucket"',
    ],
    [
      'bucket: b',
      'bucket: b\n                    ¶team: x',
      'properties.team: "team" is not a key of keyvalue-nats and has no effect',
    ],
    [
      'note: mine',
      '¶bucket: mine',
      'source.config[0].properties.bucket: "bucket" is in the source config of the link',
    ],
    [
      'cluster_uri: nats://nats:4222',
      '¶cluster_url: nats://nats:4222',
      'properties.cluster_url: "cluster_url" is not a key',
    ],
    [
      'address: 127.0.0.1:8000',
      '¶adress: 127.0.0.1:8000',
      'source_config[0].properties.adress: "adress" is not a key of http-server',
    ],
    [
      '                - name: there',
      '                - { name: more, properties: { ¶bukcet: b } }\n                - name: there',
      'config[0].properties.bukcet',
    ],
  ])('%j → %j', (right, wrong, message, other = '', otherwise = '') => {
    expect(manifest).toContain(right);
    const { place, text } = marked(manifest.replace(right, wrong).replace(other, otherwise));
    const all = told(text);
    expect(all.filter((each) => each.startsWith(`app.yaml:${place}: `) && each.includes(message))).toEqual([
      expect.any(String),
    ]);
  });

  it('is that of the second component of an id', () => {
    const { place, text } = marked(
      `${manifest}${spare('other')}`.replace(/image: x/, 'image: x, id: ¶shop-hello'),
    );
    expect(told(text)).toEqual([expect.stringContaining(`app.yaml:${place}: `)]);
  });

  it('is that of the traits that lack a scaler', () => {
    const { place, text } = marked(
      `${manifest}${spare('other')}`.replace(/traits: \[\{ type: spread.*/, 'traits: ¶[]'),
    );
    expect(told(text)).toEqual([expect.stringMatching(new RegExp(`^app.yaml:${place}: .*is not started`))]);
  });

  it('is that of a word in a link that the code of its component does not import', () => {
    const { manifest: parsed, problemOf } = parseManifest(manifest, 'app.yaml');
    const [link] = parsed.components[0]?.links ?? [];
    const { place } = marked(manifest.replace('- atomics', '- ¶atomics'));
    const [line, column] = place.split(':').map(Number);
    expect(link && problemOf(link, ['interfaces', 1], 'is not imported')).toEqual({
      path: 'spec.components[0].traits[1].properties.interfaces[1]',
      position: { line, column },
      message: 'is not imported',
    });
  });
});

describe('the line and column in files as people write them', () => {
  it('stay what they are with CRLF', () => {
    const { place, text } = marked(manifest.replaceAll('\n', '\r\n').replace('bucket: b', '¶bukcet: b'));
    expect(told(text)).toEqual([expect.stringContaining(`app.yaml:${place}: `)]);
  });

  it('are those of an anchor below which a mistake stands', () => {
    const { place, text } = marked(
      manifest
        .replace('            source:', '            source: &end')
        .replace('note: mine', '¶bucket: mine')
        .replace('            target: hello', '            source: *end\n            target: hello')
        .replace(/ {12}source_config:\n(?: {14,}.*\n)+/, ''),
    );
    const all = told(text);
    expect(all).toContainEqual(expect.stringContaining(`app.yaml:${place}: `));
    expect(all.every((each) => each.startsWith(`app.yaml:${place}: `))).toBe(true);
  });

  it('are those of an alias that is wrong where it stands', () => {
    const { place, text } = marked(
      manifest.replace('greeting: hello', 'greeting: &n "3"').replace('instances: 3', 'instances: ¶*n'),
    );
    expect(told(text)).toEqual([expect.stringContaining(`app.yaml:${place}: `)]);
  });

  it('are those in JSON on many lines, indented with tabs', () => {
    const json = JSON.stringify(
      JSON.parse(
        JSON.stringify({
          apiVersion: 'core.oam.dev/v1beta1',
          kind: 'Application',
          metadata: { name: 'shop', annotations: {} },
          spec: { components: [{ name: 'a', type: 'component', properties: { imgae: 'x', image: 'x' } }] },
        }),
      ),
      undefined,
      '\t',
    );
    const { place, text } = marked(json.replace('"imgae"', '¶"imgae"'));
    expect(told(text)).toEqual([
      expect.stringContaining(`app.yaml:${place}: spec.components[0].properties.imgae`),
    ]);
  });

  it.each([
    [
      'a key that is there twice',
      'kind: Application',
      'kind: Application\n¶kind: Application',
      'is not valid YAML: the key `kind` is there twice',
    ],
    ['a tab', '  name: shop', '¶\tname: shop', 'is not valid YAML: Tabs'],
    ['an alias without its anchor', 'greeting: hello', 'greeting: ¶*none', 'there is no anchor'],
    ['an alias of what it is in', 'config:\n', 'config: &all\n          - ¶*all\n', 'within its own anchor'],
    ['a merge key', 'greeting: hello', '¶<<: { a: b }', 'is a merge key'],
    ['another document', 'apiVersion', '---\na: b\n---\n¶apiVersion', 'is another document of the same file'],
  ])('are told of %s', (_, right, wrong, message) => {
    const { place, text } = marked(manifest.replace(right, wrong));
    expect(told(text)[0]).toMatch(new RegExp(`^app\\.yaml:${place}: .*${message}`));
  });

  it('is that of an alias that stands for more than anybody meant', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const items = level === 0 ? 'x' : `*a${level - 1}`;
      return `x${level}: &a${level} [${Array.from({ length: 10 }, () => items).join(', ')}]`;
    });
    expect(told(`${levels.join('\n')}\n${manifest}`)[0]).toMatch(
      /^app\.yaml:\d+:\d+: aliases make more than 100000/,
    );
  });
});
