import type {
  ComponentDescription,
  HostInventory,
  ProviderDescription,
} from '@wasmlattice/control-interface';
import { describe, expect, it } from 'vitest';
import type { Manifest } from '../manifest/manifest.js';
import { parseManifest } from '../manifest/parse.js';
import { deployedAnnotations } from './annotations.js';
import type { LatticeView } from './lattice-view.js';
import { planDeploy } from './plan-deploy.js';
import { planUndeploy } from './plan-undeploy.js';
import type { Plan } from './steps.js';
import { describeStep } from './steps.js';

const ours = deployedAnnotations('shop', 'default', undefined);

function host(
  hostId: string,
  runs: Partial<Pick<HostInventory, 'components' | 'providers' | 'labels'>> = {},
) {
  const about = { friendlyName: `host-${hostId}`, version: '1.0.0', uptimeHuman: '1s', uptimeSeconds: 1 };
  return { hostId, ...about, labels: {}, components: [], providers: [], ...runs } satisfies HostInventory;
}

function component(id: string, changes: Partial<ComponentDescription> = {}): ComponentDescription {
  return { id, imageRef: 'img:1', annotations: ours, maxInstances: 1, revision: 0, config: [], ...changes };
}

function provider(id: string, changes: Partial<ProviderDescription> = {}): ProviderDescription {
  return { id, imageRef: 'store:1', annotations: ours, revision: 0, ...changes };
}

function lattice(...hosts: HostInventory[]): LatticeView {
  return { hosts, links: [] };
}

function manifest(...components: string[]): Manifest {
  const text = `
apiVersion: core.oam.dev/v1beta1
kind: Application
metadata: { name: shop }
spec: { components: [${components.join(', ')}] }`;
  return parseManifest(text, 'app.yaml').manifest;
}

const web =
  '{ name: web, type: component, properties: { image: "img:1" }, traits: [{ type: spreadscaler, properties: { instances: 3 } }] }';
const store = '{ name: store, type: capability, properties: { image: "store:1" } }';

function linkTo(target: string, sourceId = 'other-web'): LatticeView['links'][number] {
  const empty = { interfaces: ['store'], sourceConfig: [], targetConfig: [] };
  return { sourceId, target, name: 'default', witNamespace: 'wasi', witPackage: 'keyvalue', ...empty };
}

const lines = ({ steps }: Plan) => steps.map(describeStep);

describe('planDeploy', () => {
  it('scales a component that runs already, so that config and number are applied', () => {
    const plan = planDeploy(
      manifest(web),
      '/',
      lattice(host('A'), host('B', { components: [component('shop-web')] })),
    );
    expect(lines(plan)).toEqual(['scale component shop-web to 3 on host-B']);
  });

  it('updates a component of another image before it is scaled, and keeps the annotations', () => {
    const running = component('shop-web', { imageRef: 'img:0' });
    const { steps } = planDeploy(manifest(web), '/', lattice(host('A', { components: [running] })));
    expect(steps[0]).toEqual({
      kind: 'update-component',
      host: { hostId: 'A', friendlyName: 'host-A' },
      command: { componentId: 'shop-web', newComponentRef: 'img:1', annotations: ours },
    });
    expect(steps[1]).toMatchObject({ kind: 'scale-component', command: { maxInstances: 3 } });
  });

  it('stops a component of another image on a host of wasmCloud, which tells no configs, and starts it', () => {
    const { config: _config, ...running } = component('shop-web', { imageRef: 'img:0' });
    const { steps } = planDeploy(manifest(web), '/', lattice(host('A', { components: [running] })));
    expect(steps).toMatchObject([
      { kind: 'restart-component', command: { componentRef: 'img:1', maxInstances: 3, annotations: ours } },
    ]);
  });

  it('leaves a provider of the same image alone and replaces one of another', () => {
    expect(
      lines(planDeploy(manifest(store), '/', lattice(host('A', { providers: [provider('shop-store')] })))),
    ).toEqual(['provider shop-store already runs on host-A']);
    const old = provider('shop-store', { imageRef: 'store:0' });
    expect(lines(planDeploy(manifest(store), '/', lattice(host('A', { providers: [old] }))))).toEqual([
      'replace provider shop-store on host-A by store:1',
    ]);
    const builtin = store.replace('store:1', 'wasmcloud+builtin://http-server');
    expect(lines(planDeploy(manifest(builtin), '/', lattice(host('A', { providers: [old] }))))).toEqual([
      'stop provider shop-store on host-A',
      'start provider shop-store on host-A',
    ]);
  });

  it('deploys again what a local file holds other code for', () => {
    const digests = new Map([
      ['web', 'sha256:new'],
      ['store', 'sha256:new'],
    ]);
    const run = (digest: string) => {
      const annotations = deployedAnnotations('shop', 'default', digest);
      const runs = {
        components: [component('shop-web', { annotations })],
        providers: [provider('shop-store', { annotations })],
      };
      return lines(planDeploy(manifest(web, store), '/', lattice(host('A', runs)), { digests }));
    };
    expect(run('sha256:old')).toEqual([
      'replace provider shop-store on host-A by store:1',
      'update component shop-web to img:1 on host-A',
      'scale component shop-web to 3 on host-A',
    ]);
    expect(run('sha256:new')).toEqual([
      'provider shop-store already runs on host-A',
      'scale component shop-web to 3 on host-A',
    ]);
  });

  it('keeps a provider that the manifest no longer has while another application is linked with it', () => {
    const other = component('other-web', { annotations: {} });
    const runs = { components: [component('shop-web'), other], providers: [provider('shop-store')] };
    const plan = planDeploy(manifest(web), '/', { hosts: [host('A', runs)], links: [linkTo('shop-store')] });
    expect(lines(plan)).toEqual(['scale component shop-web to 3 on host-A']);
    expect(plan.notes).toEqual([
      'provider shop-store stays: other-web of another application is linked with it',
    ]);
  });

  it('recognises a running provider by its reference without scheme', () => {
    const builtin = store.replace('store:1', 'wasmcloud+builtin://http-server');
    const running = provider('shop-store', { imageRef: 'http-server' });
    const plan = planDeploy(manifest(builtin), '/', lattice(host('A', { providers: [running] })));
    expect(plan.steps).toMatchObject([{ kind: 'keep-provider' }]);
  });

  it('shares a running provider with another application and says so', () => {
    const shared = provider('common', { annotations: deployedAnnotations('base', 'default', undefined) });
    const text = store.replace('{ image', '{ id: common, image');
    const plan = planDeploy(manifest(text), '/', lattice(host('A', { providers: [shared] })));
    expect(plan.steps).toMatchObject([{ kind: 'keep-provider' }]);
    expect(plan.notes).toEqual(['provider common belongs to application base and is shared with shop']);
  });

  it('does not take a component from another application', () => {
    const foreign = component('web', { annotations: deployedAnnotations('base', 'default', undefined) });
    const text = web.replace('{ image', '{ id: web, image');
    expect(() => planDeploy(manifest(text), '/', lattice(host('A', { components: [foreign] })))).toThrow(
      '`web` runs already for application `base`',
    );
  });

  it('stops what an earlier version left, but nothing that others deployed', () => {
    const foreign = component('other', { annotations: { 'wasmcloud.dev/appspec': 'shop' } });
    const plan = planDeploy(
      manifest(web),
      '/',
      lattice(
        host('A', { components: [component('shop-web'), component('shop-gone'), foreign] }),
        host('B', { components: [component('shop-web')], providers: [provider('shop-gone-too')] }),
      ),
    );
    expect(lines(plan)).toEqual([
      'stop component shop-gone on host-A',
      'stop component shop-web on host-B',
      'stop provider shop-gone-too on host-B',
      'scale component shop-web to 3 on host-A',
    ]);
  });

  it('does not start what is scaled to nothing', () => {
    const none = web.replace('instances: 3', 'instances: 0');
    expect(lines(planDeploy(manifest(none), '/', lattice(host('A'))))).toEqual([]);
    const running = lattice(host('A', { components: [component('shop-web')] }));
    expect(lines(planDeploy(manifest(none), '/', running))).toEqual(['stop component shop-web on host-A']);
  });

  it('links to components that another application shares, without starting them', () => {
    const shared =
      '{ name: base, type: capability, properties: { application: { name: Base App, component: kv } } }';
    const linked = web.replace(
      'traits: [',
      'traits: [{ type: link, properties: { target: base, namespace: wasi, package: keyvalue, interfaces: [store] } }, ',
    );
    expect(lines(planDeploy(manifest(linked, shared), '/', lattice(host('A'))))).toEqual([
      'scale component shop-web to 3 on host-A',
      'link shop-web wasi:keyvalue to base_app-kv',
    ]);
  });

  it('removes a link that stands in the way', () => {
    const linked = web.replace(
      'traits: [',
      'traits: [{ type: link, properties: { target: store, namespace: wasi, package: keyvalue, interfaces: [store] } }, ',
    );
    const old = {
      sourceId: 'shop-web',
      target: 'shop-old',
      name: 'default',
      witNamespace: 'wasi',
      witPackage: 'keyvalue',
      interfaces: ['store', 'atomics'],
      sourceConfig: [],
      targetConfig: [],
    };
    const others = [
      { ...old, name: 'second' },
      { ...old, interfaces: ['batch'] },
      { ...old, sourceId: 'other' },
    ];
    const plan = planDeploy(manifest(linked, store), '/', { hosts: [host('A')], links: [old, ...others] });
    expect(lines(plan).slice(0, 2)).toEqual([
      'delete link shop-web wasi:keyvalue to shop-old',
      'link shop-web wasi:keyvalue to shop-store',
    ]);
    expect(lines(plan).filter((line) => line.startsWith('delete'))).toHaveLength(1);
  });
});

describe('planUndeploy', () => {
  it('stops on every host, and only what belongs to the application', () => {
    const foreign = provider('shop-store', {
      annotations: deployedAnnotations('base', 'default', undefined),
    });
    const plan = planUndeploy(
      manifest(web, store),
      lattice(
        host('A', {
          components: [component('shop-web', { annotations: {} }), component('other', { annotations: {} })],
        }),
        host('B', { components: [component('shop-web')], providers: [foreign] }),
      ),
    );
    expect(lines(plan)).toEqual(['stop component shop-web on host-A', 'stop component shop-web on host-B']);
    expect(plan.notes).toEqual(['shop-store on host-B belongs to application base and stays']);
  });

  it('keeps a provider that another application is linked with', () => {
    const other = component('other-web', { annotations: {} });
    const runs = { components: [component('shop-web'), other], providers: [provider('shop-store')] };
    const hosts = [host('A', runs)];
    const others = planUndeploy(manifest(web, store), { hosts, links: [linkTo('shop-store')] });
    expect(lines(others)).toEqual(['stop component shop-web on host-A']);
    expect(others.notes).toEqual([
      'provider shop-store stays: other-web of another application is linked with it',
    ]);
    const own = planUndeploy(manifest(web, store), { hosts, links: [linkTo('shop-store', 'shop-web')] });
    expect(lines(own)).toContain('stop provider shop-store on host-A');
    const dangling = planUndeploy(manifest(web, store), { hosts, links: [linkTo('shop-store', 'gone')] });
    expect(lines(dangling)).toContain('stop provider shop-store on host-A');
  });
});

describe('with a memory of applications', () => {
  const named = (name: string, ...components: string[]): Manifest => ({ ...manifest(...components), name });
  const kv = '{ name: kv, type: capability, properties: { id: kv, image: "store:1" } }';
  const linked = (configs: string) =>
    web.replace(
      'traits: [',
      `traits: [{ type: link, properties: { target: { name: kv, config: [${configs}] }, namespace: wasi, package: keyvalue, interfaces: [store] } }, `,
    );
  const config = '{ name: bucket, properties: { bucket: a } }';
  const link = { ...linkTo('kv', 'shop-web'), targetConfig: ['shop-bucket'] };
  const running = {
    components: [component('shop-web', { maxInstances: 3, config: [] })],
    providers: [provider('kv', { config: [] })],
  };
  const deployed: LatticeView = {
    hosts: [host('A', running)],
    links: [link],
    configs: new Map([['shop-bucket', { bucket: 'a' }]]),
  };

  it('requests nothing for what is as wanted', () => {
    const plan = planDeploy(manifest(linked(config), kv), '/', deployed);
    expect(lines(plan)).toEqual(['provider kv already runs on host-A']);
  });

  it('puts a config of another value, and the links that name it', () => {
    const changed = manifest(linked(config.replace('a }', 'b }')), kv);
    expect(lines(planDeploy(changed, '/', deployed))).toEqual([
      'put config shop-bucket',
      'link shop-web wasi:keyvalue to kv',
      'provider kv already runs on host-A',
    ]);
  });

  it('puts a link again that has not reached its ends', () => {
    const undelivered = [{ ...link, providerId: 'kv', state: 'failed', reason: 'no' } as const];
    const hosts = [{ ...host('A', running), undeliveredLinks: undelivered }];
    expect(lines(planDeploy(manifest(linked(config), kv), '/', { ...deployed, hosts }))).toContain(
      'link shop-web wasi:keyvalue to kv',
    );
  });

  it('removes links and configs that the manifest no longer has', () => {
    const memory = { versions: [manifest(linked(config), kv)], others: [] };
    expect(lines(planDeploy(manifest(web, kv), '/', deployed, { memory }))).toEqual([
      'delete link shop-web wasi:keyvalue to kv',
      'provider kv already runs on host-A',
      'delete config shop-bucket',
    ]);
    expect(lines(planUndeploy(manifest(web, kv), deployed, memory))).toEqual([
      'delete link shop-web wasi:keyvalue to kv',
      'stop component shop-web on host-A',
      'stop provider kv on host-A',
      'delete config shop-bucket',
    ]);
  });

  it('removes a link before the one that has its name changed is put, as both may want one address', () => {
    const renamed = linked(config).replace('namespace: wasi', 'name: other, namespace: wasi');
    const memory = { versions: [manifest(linked(config), kv)], others: [] };
    expect(lines(planDeploy(manifest(renamed, kv), '/', deployed, { memory }))).toEqual([
      'delete link shop-web wasi:keyvalue to kv',
      'link shop-web wasi:keyvalue (other) to kv',
      'provider kv already runs on host-A',
    ]);
  });

  it('keeps a provider that another application has, whoever started it, until the last one goes', () => {
    const others = [named('base', kv)];
    const stays = 'provider kv stays: application base uses it';
    const undeployed = planUndeploy(manifest(web, kv), deployed, { versions: [], others });
    expect([lines(undeployed).includes('stop provider kv on host-A'), undeployed.notes]).toEqual([
      false,
      [stays],
    ]);
    const without = planDeploy(manifest(web), '/', deployed, { memory: { versions: [], others } });
    expect([lines(without).includes('stop provider kv on host-A'), without.notes]).toEqual([false, [stays]]);
    const last = planUndeploy(named('base', kv), { ...deployed, links: [] }, { versions: [], others: [] });
    expect(lines(last)).toContain('stop provider kv on host-A');
  });

  it('keeps a component that another application takes as a shared one', () => {
    const user = '{ name: x, type: component, properties: { application: { name: shop, component: web } } }';
    const memory = { versions: [], others: [named('user', user)] };
    const plan = planUndeploy(manifest(web), deployed, memory);
    expect(lines(plan)).not.toContain('stop component shop-web on host-A');
    expect(plan.notes).toEqual(['component shop-web stays: application user uses it']);
  });
});
