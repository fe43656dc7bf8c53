import { describe, expect, it } from 'vitest';
import { ManifestError } from './manifest-error.js';
import { parseManifest } from './parse.js';

/** A manifest with one component of these properties and traits, as lines of YAML. */
function app(properties: string, traits = ''): string {
  return [
    'apiVersion: core.oam.dev/v1beta1',
    'kind: Application',
    'metadata: { name: shop, annotations: { version: v1.2.3, description: A shop } }',
    'spec:',
    '  components:',
    '    - name: hello',
    '      type: component',
    `      properties: ${properties}`,
    `      traits: [${traits}]`,
    '    - name: store',
    '      type: capability',
    '      properties: { image: ghcr.io/x/store:1 }',
  ].join('\n');
}

const image = '{ image: ghcr.io/x/hello:1 }';
const scaler = '{ type: spreadscaler, properties: { instances: 1 } }';

function link(properties: string): string {
  return `${scaler}, { type: link, properties: { namespace: wasi, package: keyvalue, interfaces: [store], ${properties} } }`;
}

function problems(text: string): string[] {
  try {
    parseManifest(text, 'app.yaml');
  } catch (error) {
    if (error instanceof ManifestError) return error.message.split('\n');
    throw error;
  }
  throw new Error('expected a ManifestError');
}

const component = (text: string) => parseManifest(text, 'app.yaml').manifest.components[0];

describe('parseManifest', () => {
  it('reads names, annotations and defaults', () => {
    const { manifest, warnings } = parseManifest(app(image, scaler), 'app.yaml');
    expect(warnings).toEqual([]);
    expect(manifest).toEqual({
      name: 'shop',
      version: 'v1.2.3',
      description: 'A shop',
      components: [
        {
          name: 'hello',
          kind: 'component',
          source: { kind: 'image', image: 'ghcr.io/x/hello:1' },
          id: undefined,
          config: [],
          scalers: [
            {
              kind: 'spread',
              instances: 1,
              spreads: [{ name: 'default', requirements: {}, weight: 100 }],
            },
          ],
          links: [],
        },
        {
          name: 'store',
          kind: 'capability',
          source: { kind: 'image', image: 'ghcr.io/x/store:1' },
          id: undefined,
          config: [],
          scalers: [],
          links: [],
        },
      ],
    });
  });

  it('reads JSON', () => {
    const json = JSON.stringify({
      apiVersion: 'core.oam.dev/v1beta1',
      kind: 'Application',
      metadata: { name: 'shop' },
      spec: { components: [] },
    });
    expect(parseManifest(json, 'app.json').manifest.name).toBe('shop');
  });

  it('reads configs with and without properties, ids, and old type names', () => {
    const text = app(
      '{ image: a, id: my-id, config: [{ name: own, properties: { port: "80" } }, { name: shared }] }',
      scaler,
    ).replace('type: component', 'type: actor');
    expect(component(text)).toMatchObject({
      kind: 'component',
      id: 'my-id',
      config: [
        { name: 'own', properties: { port: '80' } },
        { name: 'shared', properties: undefined },
      ],
    });
  });

  it('reads spreads and daemon scalers', () => {
    const text = app(
      image,
      '{ type: daemonscaler, properties: { replicas: 5, spread: [{ name: edge, requirements: { zone: edge }, weight: 80 }] } }',
    );
    expect(component(text)?.scalers).toEqual([
      {
        kind: 'daemon',
        instances: 5,
        spreads: [{ name: 'edge', requirements: { zone: 'edge' }, weight: 80 }],
      },
    ]);
  });

  it('reads links of today and links as they were before wadm 0.13', () => {
    const expected = {
      name: 'default',
      target: 'store',
      namespace: 'wasi',
      package: 'keyvalue',
      interfaces: ['store'],
      sourceConfig: [{ name: 's', properties: undefined }],
      targetConfig: [{ name: 't', properties: { bucket: 'b' } }],
    };
    const config = '[{ name: t, properties: { bucket: b } }]';
    const today = link(`source: { config: [{ name: s }] }, target: { name: store, config: ${config} }`);
    const before = link(`source_config: [{ name: s }], target: store, target_config: ${config}`);
    expect(component(app(image, today))?.links).toEqual([expected]);
    expect(component(app(image, before))?.links).toEqual([expected]);
  });

  it('reads components shared by another application', () => {
    const text = app('{ application: { name: base, component: web } }', link('target: store')).replace(
      scaler,
      '{ type: custom, properties: {} }',
    );
    expect(component(text)?.source).toEqual({ kind: 'shared', application: 'base', component: 'web' });
  });

  it('warns of what has no effect', () => {
    const text = app(image).replace('      type: component', '      type: component\n      owner: me');
    expect(parseManifest(text, 'app.yaml').warnings).toEqual([
      'app.yaml:8:7: spec.components[0].owner: is not known here; known are `name`, `type`, `properties`, `traits`',
      'app.yaml:10:15: spec.components[0].traits: `hello` has no spreadscaler or daemonscaler and is not started',
    ]);
  });
});

describe('a manifest is refused', () => {
  it.each([
    ['when it is empty', '', 'app.yaml: is empty'],
    ['when it is no mapping', '- a', 'app.yaml:1:1: expected a mapping, found a list'],
    ['when it is no YAML', 'a: [', 'app.yaml:1:5: is not valid YAML'],
    [
      'with several documents',
      `${app(image, scaler)}\n---\n${app(image, scaler)}`,
      'is another document of the same file',
    ],
    [
      'of another kind',
      app(image, scaler).replace('Application', 'Deployment'),
      'app.yaml:2:7: kind: expected `Application`',
    ],
    [
      'of another version',
      app(image, scaler).replace('v1beta1', 'v2'),
      'app.yaml:1:13: apiVersion: expected',
    ],
    ['without a name', app(image, scaler).replace('name: shop,', ''), 'metadata.name: is missing'],
    [
      'with blanks in its name',
      app(image, scaler).replace('name: shop', 'name: my shop'),
      'may only have letters',
    ],
    ['with the version latest', app(image, scaler).replace('v1.2.3', 'latest'), '`latest` is not a version'],
    ['without components', app(image).replace('components:', 'parts:'), 'spec.components: is missing'],
    ['with an unknown type', app(image, scaler).replace('type: component', 'type: pod'), 'found `pod`'],
    [
      'without an image',
      app('{ id: x }', scaler),
      'app.yaml:8:19: spec.components[0].properties: needs either `image` or `application`',
    ],
    ['with two sources', app('{ image: a, application: { name: a, component: b } }', scaler), 'needs either'],
    [
      'with an unknown property',
      app('{ image: a, imgae: b }', scaler),
      'properties.imgae: is not known here',
    ],
    ['with an id that is no token', app('{ image: a, id: "a.b" }', scaler), '`a.b` cannot be an id'],
    [
      'with a number as config value',
      app('{ image: a, config: [{ name: c, properties: { port: 8080 } }] }', scaler),
      'properties.port: expected text, found `8080`: put it in quotes, "8080"',
    ],
    [
      'with a secret of no policy',
      app('{ image: a, secrets: [{ name: s, properties: { policy: vault, key: k } }] }', scaler),
      'there is no policy `vault` of type `policy.secret.wasmcloud.dev/v1alpha1` in `spec.policies`',
    ],
    [
      'without instances',
      app(image, '{ type: spreadscaler, properties: {} }'),
      'properties.instances: is missing',
    ],
    [
      'with negative instances',
      app(image, '{ type: spreadscaler, properties: { instances: -1 } }'),
      'found `-1`',
    ],
    ['with two scalers', app(image, `${scaler}, ${scaler}`), 'is another scaler of the component'],
    [
      'with weights of 0',
      app(image, '{ type: spreadscaler, properties: { instances: 1, spread: [{ name: a, weight: 0 }] } }'),
      'needs a weight above 0',
    ],
    [
      'with a scaled shared component',
      app('{ application: { name: a, component: b } }', scaler),
      'scaled by its own application only',
    ],
    [
      'with a link to nowhere',
      app(image, link('target: strore')),
      'the link target `strore` is not a component',
    ],
    ['with a link without target', app(image, link('name: x')), 'target: is missing'],
    [
      'with a link without interfaces',
      app(image, link('target: store').replace('[store]', '[]')),
      'needs at least one interface',
    ],
    [
      'with the same link twice',
      app(image, `${link('target: store')}, ${link('target: store').slice(scaler.length + 2)}`),
      'has two links named `default` for wasi:keyvalue/store',
    ],
    [
      'with two components of one name',
      app(image, scaler).replace('name: store', 'name: hello'),
      'another component named `hello`',
    ],
    [
      'with two components of one id',
      app('{ image: a, id: shop-store }', scaler),
      '`hello` has the same id `shop-store`',
    ],
    [
      'with a config defined twice',
      app(
        '{ image: a, config: [{ name: c, properties: { a: b } }] }',
        link('target: { name: store, config: [{ name: c, properties: { a: c } }] }'),
      ),
      'the config `c` is defined twice',
    ],
  ])('%s', (_claim, text, expected) => {
    expect(problems(text).join('\n')).toContain(expected);
  });

  it('when a provider is linked to a provider', () => {
    const text = app(image, link('target: store')).replace('type: component', 'type: capability');
    expect(problems(text)[0]).toContain('the provider `hello` cannot be linked to the provider `store`');
  });

  it('with all its mistakes at once', () => {
    const text = app('{ image: 7 }', scaler)
      .replace('kind: Application', 'kind: 1')
      .replace('instances: 1', '');
    expect(problems(text)).toHaveLength(3);
  });
});

describe('config keys of providers that are known', () => {
  /** A provider beside the component `hello`, with a link each way. */
  const withProvider = (ref: string, config: object, there: object, back: object): string => {
    const entry = (name: string, properties: object): string => JSON.stringify([{ name, properties }]);
    const to = (target: string, given: string): string =>
      `{ type: link, properties: { namespace: a, package: b, interfaces: [c], target: ${target}, ${given} } }`;
    return [
      app(image, `${scaler}, ${to('known', `target_config: ${entry('there', there)}`)}`),
      '    - name: known',
      '      type: capability',
      `      properties: { image: '${ref}', config: ${entry('own', config)} }`,
      `      traits: [${to('hello', `source_config: ${entry('back', back)}`)}]`,
    ].join('\n');
  };

  it.each([
    ['wasmcloud+builtin://http-server', {}, {}, { adress: '127.0.0.1:1' }, /did you mean "address"/],
    ['ghcr.io/wasmcloud/http-server:0.27.0', { adress: 'x' }, {}, {}, /"adress" is not a key of http-server/],
    [
      'ghcr.io/wasmcloud/keyvalue-nats:0.3.1',
      {},
      { bucket: 'b', watch: 'SET@x' },
      {},
      /"watch" has no effect/,
    ],
    ['file:///x/provider-messaging-nats/dist/main.js', {}, { cluster_urls: 'x' }, {}, /"cluster_uris"/],
    [
      'file:///x/provider-messaging-nats/dist/main.js',
      {},
      { subscriptions: 'x' },
      {},
      /source config of a link/,
    ],
  ])('%s refuses what is misspelt or misplaced', (ref, own, there, back, message) => {
    const [first, ...others] = problems(withProvider(ref, own, there, back));
    expect(first).toMatch(message);
    expect(others).toEqual([]);
  });

  it('says what has no effect and does no harm', () => {
    const { warnings } = parseManifest(
      withProvider(
        'ghcr.io/wasmcloud/keyvalue-nats:0.3.1',
        {},
        { bucket: 'b', team: 'x' },
        { watch: 'SET@x' },
      ),
      'app.yaml',
    );
    expect(warnings).toEqual([expect.stringContaining('"team" is not a key of keyvalue-nats')]);
  });

  it('leaves providers alone that nobody knows', () => {
    const text = withProvider('ghcr.io/acme/cache:1', { adress: 'x' }, { watch: 'x' }, { bukcet: 'x' });
    expect(parseManifest(text, 'app.yaml').warnings).toEqual([]);
  });
});

describe('a document', () => {
  it.each([
    ['a `---` at its end', `${app(image, scaler)}\n---\n`],
    ['two `---` at its start', `---\n---\n${app(image, scaler)}`],
    ['comments after a `---`', `${app(image, scaler)}\n---\n# none\n`],
  ])('is read though it has %s', (_, text) => {
    expect(parseManifest(text, 'app.yaml').manifest.name).toBe('shop');
  });

  it('is refused beside another one', () => {
    expect(problems(`${app(image)}\n---\nkind: Application`)).toEqual([
      'app.yaml:14:1: is another document of the same file: split it, one application per file',
    ]);
  });

  it('is refused for a merge key, by its name', () => {
    expect(
      problems(app('{ <<: *p, image: x }').replace('apiVersion', 'x: &p { id: a }\napiVersion')),
    ).toEqual([
      'app.yaml:9:21: <<: is a merge key, which YAML 1.2 and wadm do not know: write the members out',
    ]);
  });
});

describe('values without quotes', () => {
  it('of metadata are the text in the file, as wadm has it', () => {
    const text = app(image, scaler).replace(
      'name: shop, annotations: { version: v1.2.3, description: A shop }',
      'name: 5, annotations: { version: 1.10, description: 010 }, labels: { a: 1 }',
    );
    const { manifest, warnings } = parseManifest(text, 'app.yaml');
    expect(manifest).toMatchObject({ name: '5', version: '1.10', description: '010' });
    expect(warnings).toEqual([]);
  });

  it.each(['010', '0755', '00', '1e400', '1.0', 'true'])(
    'of configs are refused with %s in quotes',
    (bare) => {
      const [problem] = problems(app(`{ image: x, config: [{ name: c, properties: { port: ${bare} } }] }`));
      expect(problem).toContain(`found \`${bare}\`: put it in quotes, "${bare}"`);
    },
  );
});

describe('a mistyped word', () => {
  it('in the type of a trait is refused with the right one', () => {
    expect(problems(app(image, '{ type: spreadscalr, properties: { instances: 1 } }'))).toEqual([
      expect.stringContaining('there is no trait `spreadscalr`: write `spreadscaler`'),
    ]);
  });

  it('in the target of a link is refused with the right one', () => {
    expect(problems(app(image, link('target: { name: stor }')))).toEqual([
      expect.stringContaining('the link target `stor` is not a component of this manifest: write `store`'),
    ]);
  });

  it('that is like none is a trait of others', () => {
    const { warnings } = parseManifest(
      app(image, `${scaler}, { type: autoscaler-x, properties: {} }`),
      'app.yaml',
    );
    expect(warnings).toEqual([expect.stringContaining('the trait `autoscaler-x` is not known')]);
  });
});

describe('two spellings of one thing', () => {
  it.each([
    [
      'instances',
      '{ type: spreadscaler, properties: { instances: 1, replicas: 2 } }',
      ['replicas', 'instances'],
    ],
    [
      'configs of the source',
      link('target: { name: store }, source: { config: [] }, source_config: [{ name: a, properties: {} }]'),
      ['source', 'source_config'],
    ],
    [
      'configs of the target',
      link('target: { name: store }, target_config: [{ name: a, properties: {} }]'),
      ['target_config', 'target'],
    ],
  ])('are refused by both names: %s', (_, trait, names) => {
    const found = problems(app(image, trait));
    expect(found).toHaveLength(1);
    for (const name of names) expect(found[0]).toContain(`\`${name}\``);
  });
});

it('says how a link goes to a component of another application', () => {
  expect(problems(app(image, link('target: { name: store, application: other }')))).toEqual([
    expect.stringContaining('`properties.application`'),
  ]);
});
