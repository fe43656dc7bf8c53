import {
  type DeployedApplication,
  deployedAnnotations,
  type Scaler,
  type Step,
} from '@wasmlattice/applications';
import { describe, expect, it } from 'vitest';
import { application, component, config, host, link, provider, scaler } from '../testing/applications.js';
import { SimulatedLattice } from '../testing/simulated-lattice.js';
import { type Asked, failureDigest, stepKey } from './asked.js';
import { type LatticePlan, planLattice } from './plan-lattice.js';
import { wadmAnnotations } from './scaler-identity.js';

const zones: Scaler = {
  kind: 'spread',
  instances: 103,
  spreads: [
    { name: 'one', requirements: { zone: 'a' }, weight: 42 },
    { name: 'two', requirements: { zone: 'b' }, weight: 3 },
    { name: 'three', requirements: { zone: 'c' }, weight: 37 },
    { name: 'four', requirements: { zone: 'd' }, weight: 384 },
  ],
};

function kinds(plan: LatticePlan): string[] {
  return plan.steps.map(({ step }) => step.kind);
}

function statusOf(plan: LatticePlan, name = 'shop') {
  return plan.statuses.get(name)?.status;
}

describe('a plan', () => {
  it('divides instances among spreads by weight as wadm does, and says so', () => {
    const hosts = ['a', 'b', 'c', 'd'].map((zone) => host(`N${zone}`, { labels: { zone } }));
    const lattice = new SimulatedLattice(hosts);
    const shop = application('shop', [component('web', { scalers: [zones] })]);
    expect(statusOf(lattice.plan([shop]))).toEqual({
      type: 'reconciling',
      message: 'Scaling component on 3 host(s)',
    });
    const plan = lattice.settle([shop]);
    expect(lattice.instances('shop-web')).toEqual({ Na: 10, Nc: 8, Nd: 85 });
    expect(plan.statuses.get('shop')).toMatchObject({
      status: { type: 'deployed', message: '' },
      scalers: [{ kind: 'SpreadScaler', name: 'shop-web', status: { type: 'deployed' } }],
    });
  });

  it('divides the instances of a spread among its hosts, and a daemon has its number on each', () => {
    const lattice = new SimulatedLattice([host('N1'), host('N2'), host('N3')]);
    lattice.settle([
      application('shop', [
        component('web', { scalers: [scaler(7)] }),
        component('agent', { scalers: [scaler(2, 'daemon')] }),
      ]),
    ]);
    expect(Object.values(lattice.instances('shop-web')).sort()).toEqual([2, 2, 3]);
    expect(lattice.instances('shop-agent')).toEqual({ N1: 2, N2: 2, N3: 2 });
  });

  it('says which spread has no host, and does the rest', () => {
    const lattice = new SimulatedLattice([host('Na', { labels: { zone: 'a' } })]);
    const plan = lattice.settle([
      application('shop', [component('web', { scalers: [zones] }), component('cart')]),
    ]);
    expect(lattice.instances('shop-web')).toEqual({ Na: 10 });
    expect(lattice.instances('shop-cart')).toEqual({ Na: 1 });
    expect(statusOf(plan)).toEqual({
      type: 'failed',
      message: 'Could not satisfy spread three for registry.test/web:1, 0/1 eligible hosts found.',
    });
  });

  it('adds spreads that share their only host', () => {
    const both: Scaler = {
      kind: 'spread',
      instances: 6,
      spreads: [
        { name: 'one', requirements: {}, weight: 1 },
        { name: 'two', requirements: {}, weight: 2 },
      ],
    };
    const lattice = new SimulatedLattice([host('N1')]);
    const shop = application('shop', [component('web', { scalers: [both] })]);
    expect(statusOf(lattice.settle([shop]))?.type).toBe('deployed');
    expect(lattice.instances('shop-web')).toEqual({ N1: 6 });
    lattice.changeHosts((hosts) => [...hosts, host('N2')]);
    lattice.settle([shop]);
    expect(Object.values(lattice.instances('shop-web')).sort()).toEqual([2, 4]);
  });

  it('marks what it starts as wadm does', () => {
    const web = component('web', { config: [config('Greeting!', { greeting: 'hi' })] });
    const lattice = new SimulatedLattice([host('N1')]);
    lattice.settle([application('My App', [web])]);
    const [running] = lattice.state.hosts[0]?.inventory.components ?? [];
    expect(running).toMatchObject({
      id: 'my_app-web',
      config: ['my_app-greeting_'],
      annotations: {
        'wasmcloud.dev/managed-by': 'wadm',
        'wasmcloud.dev/appspec': 'My App',
        'wasmcloud.dev/scaler': expect.stringMatching(/^[0-9a-f]{64}$/),
        'wasmcloud.dev/spread_name': 'default',
      },
    });
    expect(lattice.state.config('my_app-greeting_')).toEqual({ greeting: 'hi' });
  });

  it('puts configs before links, and those before providers, which get them with their start', () => {
    const address = config('address', { address: '127.0.0.1:8000' });
    const http = provider('http', { links: [link('web', { sourceConfig: [address] })] });
    const shop = application('shop', [component('web'), http]);
    const lattice = new SimulatedLattice([host('N1')]);
    const rounds: string[][] = [];
    for (let plan = lattice.plan([shop]); plan.steps.length > 0; plan = lattice.plan([shop])) {
      rounds.push(kinds(plan));
      lattice.carryOut(plan);
    }
    expect(rounds).toEqual([['put-config', 'scale-component'], ['put-link'], ['start-provider']]);
  });

  it('changes what a new version of a manifest changes, and that alone', () => {
    const shop = (web: Parameters<typeof component>[1], version: string): DeployedApplication[] => [
      application('shop', [component('web', web), component('cart'), provider('kv')], version),
    ];
    const lattice = new SimulatedLattice([host('N1')]);
    const settle = (web: Parameters<typeof component>[1], version: string): string[] => {
      const plan = lattice.plan(shop(web, version));
      lattice.settle(shop(web, version));
      return plan.steps.map(({ key, step }) => `${step.kind} ${key.split(' ').at(-1)}`);
    };
    settle({}, 'v1');
    expect(settle({ scalers: [scaler(3)] }, 'v2')).toEqual(['scale-component shop-web']);
    expect(settle({ scalers: [scaler(3)], image: 'registry.test/web:2' }, 'v3')).toEqual([
      'update-component shop-web',
    ]);
    expect(lattice.state.hosts[0]?.inventory.components).toContainEqual(
      expect.objectContaining({ id: 'shop-web', imageRef: 'registry.test/web:2', maxInstances: 3 }),
    );
    const greeting = [config('greeting', { text: 'hi' })];
    settle(
      { config: greeting, links: [link('kv', { targetConfig: [config('bucket', { name: 'a' })] })] },
      'v4',
    );
    expect(lattice.state.links).toHaveLength(1);
    // New values are put, and told again by the link.
    const renamed = [link('kv', { targetConfig: [config('bucket', { name: 'b' })] })];
    expect(settle({ config: greeting, links: renamed }, 'v5')).toEqual(['put-config shop-bucket']);
    expect(lattice.put.get('shop')?.links[0]?.values).toMatch(/^[0-9a-f]{16}$/);
    // What is gone from the manifest goes.
    settle({}, 'v6');
    expect(lattice.state.links).toEqual([]);
    expect(lattice.state.config('shop-bucket')).toBeUndefined();
    expect(lattice.state.config('shop-greeting')).toBeUndefined();
  });

  it('stops and starts a component of another image on hosts of wasmCloud, one after the other, and updates it on ours', () => {
    const shop = (image: string) => application('shop', [component('web', { scalers: [scaler(3)], image })]);
    const lattice = new SimulatedLattice([host('N1'), host('N2'), host('N3')]);
    lattice.settle([shop('registry.test/web:1')]);
    lattice.changeHosts((hosts) =>
      hosts.map(({ inventory, isSettled }) => {
        const components = inventory.components.map(({ config, ...rest }) =>
          inventory.hostId === 'N3' ? { ...rest, config: config ?? [] } : rest,
        );
        return { isSettled, inventory: { ...inventory, components } };
      }),
    );
    const next = shop('registry.test/web:2');
    const first = lattice.plan([next]);
    expect(first.steps.map(({ key, step }) => `${step.kind} ${key.split(' ')[1]}`)).toEqual([
      'restart-component N1',
      'update-component N3',
    ]);
    expect(statusOf(first)?.message).toBe('Scaling component on 3 host(s)');

    // It has stopped there, and has not started yet.
    const [restart] = first.steps;
    const step = restart?.step as Step;
    const stopped = lattice.state.hosts.map(({ inventory, isSettled }) => ({
      isSettled,
      inventory: inventory.hostId === 'N1' ? { ...inventory, components: [] } : inventory,
    }));
    const meanwhile = planLattice({
      applications: [next],
      lattice: { ...lattice.state, hosts: stopped },
      put: lattice.put,
      asked: new Map<string, Asked>([[stepKey(step), { state: 'running', step }]]),
    });
    expect(kinds(meanwhile)).toEqual(['update-component']);

    lattice.carryOut(first);
    expect(kinds(lattice.plan([next]))).toEqual(['restart-component']);
    lattice.settle([next]);
    for (const { inventory } of lattice.state.hosts) {
      expect(inventory.components).toMatchObject([{ imageRef: 'registry.test/web:2', maxInstances: 1 }]);
    }
  });

  it('puts a link again whose configs say something else', () => {
    const shop = (name: string) =>
      application('shop', [
        component('web', { links: [link('kv', { targetConfig: [config('bucket', { name })] })] }),
        provider('kv'),
      ]);
    const lattice = new SimulatedLattice([host('N1')]);
    lattice.settle([shop('a')]);
    const first = lattice.plan([shop('b')]);
    expect(kinds(first)).toEqual(['put-config']);
    lattice.carryOut(first);
    const second = lattice.plan([shop('b')]);
    expect(kinds(second)).toEqual(['put-link']);
    lattice.carryOut(second);
    expect(kinds(lattice.plan([shop('b')]))).toEqual([]);
  });

  it('starts nothing that needs a config which somebody else has to put', () => {
    const web = component('web', { config: [config('outside', undefined)] });
    const missing = new SimulatedLattice([host('N1')]).plan([application('shop', [web])]);
    expect(missing.steps).toEqual([]);
    expect(statusOf(missing)).toEqual({
      type: 'failed',
      message: 'Specified configuration outside does not exist',
    });
    const there = new SimulatedLattice([host('N1')], [], { outside: {} });
    expect(kinds(there.plan([application('shop', [web])]))).toEqual(['scale-component']);
  });

  it('asks for nothing twice, and for what failed only when that is due', () => {
    const shop = application('shop', [component('web')]);
    const { state, put } = new SimulatedLattice([host('N1')]);
    const input = { applications: [shop], lattice: state, put };
    const [planned] = planLattice({ ...input, asked: new Map() }).steps;
    const step = planned?.step as Step;
    const after = (asked: Asked) => planLattice({ ...input, asked: new Map([[stepKey(step), asked]]) });
    expect(after({ state: 'running', step }).steps).toEqual([]);
    expect(statusOf(after({ state: 'running', step }))?.type).toBe('reconciling');
    const failed = after({
      state: 'failed',
      digest: failureDigest(step),
      reason: 'no such image',
      isDue: false,
    });
    expect(failed.steps).toEqual([]);
    expect(statusOf(failed)).toEqual({ type: 'failed', message: 'no such image' });
    expect(
      after({ state: 'failed', digest: failureDigest(step), reason: 'no such image', isDue: true }).steps,
    ).toHaveLength(1);
  });

  it('does not try at once what failed because more or fewer instances are asked for, but because of other code', () => {
    const { state, put } = new SimulatedLattice([host('N1')]);
    const web = (instances: number, image = 'registry.test/web:1') =>
      application('shop', [component('web', { image, scalers: [scaler(instances)] })]);
    const [first] = planLattice({ applications: [web(1)], lattice: state, put, asked: new Map() }).steps;
    const step = first?.step as Step;
    const failed: Asked = {
      state: 'failed',
      digest: failureDigest(step),
      reason: 'no such image',
      isDue: false,
    };
    const stepsOf = (shop: DeployedApplication) =>
      planLattice({ applications: [shop], lattice: state, put, asked: new Map([[stepKey(step), failed]]) })
        .steps;
    expect(stepsOf(web(7))).toEqual([]);
    expect(stepsOf(web(1, 'registry.test/web:2'))).toHaveLength(1);
  });

  it('tries what failed on one host on another', () => {
    const shop = application('shop', [component('web')]);
    const { state, put } = new SimulatedLattice([host('N1'), host('N2')]);
    const input = { applications: [shop], lattice: state, put };
    const [first] = planLattice({ ...input, asked: new Map() }).steps;
    const step = first?.step as Step;
    const asked = new Map<string, Asked>([
      [stepKey(step), { state: 'failed', digest: failureDigest(step), reason: 'full', isDue: false }],
    ]);
    const [second] = planLattice({ ...input, asked }).steps;
    expect(second?.key).not.toBe(first?.key);
  });

  it.each([
    { by: 'the command line', config: [], steps: 0 },
    { by: 'the command line, on a host of wasmCloud', config: undefined, steps: 2 },
    { by: 'hand', config: [], steps: 2 },
  ])(
    'takes over what was started by $by, and comes to rest',
    ({
      by,
      config: configs,
      steps,
    }: {
      by: string;
      config: readonly string[] | undefined;
      steps: number;
    }) => {
      const annotations = by === 'hand' ? {} : deployedAnnotations('shop', 'default', 'sha256:00');
      const web = {
        id: 'shop-web',
        imageRef: 'registry.test/web:1',
        annotations,
        maxInstances: 1,
        revision: 0,
      };
      const running = configs === undefined ? web : { ...web, config: configs };
      const lattice = new SimulatedLattice([host('N1', { components: [running] })]);
      const shop = application('shop', [component('web')]);
      const rounds: number[] = [];
      for (let plan = lattice.plan([shop]); plan.steps.length > 0; plan = lattice.plan([shop])) {
        expect(rounds.length).toBeLessThan(5);
        lattice.carryOut(plan);
        rounds.push(lattice.instances('shop-web').N1 ?? 0);
      }
      // Asked for the number that it has, a host would keep its annotations.
      expect(rounds).toEqual([2, 1].slice(0, steps));
      expect(statusOf(lattice.settle([shop]))?.type).toBe('deployed');
      lattice.settle([]);
      expect(lattice.instances('shop-web')).toEqual({});
    },
  );

  it('leaves alone what another application has under the same id', () => {
    const foreign = {
      id: 'shared',
      imageRef: 'registry.test/other:1',
      annotations: wadmAnnotations('other', 'x', 'default'),
      maxInstances: 1,
      revision: 0,
    };
    const lattice = new SimulatedLattice([host('N1', { components: [foreign] })]);
    const plan = lattice.plan([application('shop', [component('web', { id: 'shared' })])]);
    expect(plan.steps).toEqual([]);
    expect(statusOf(plan)?.message).toBe('shared runs already for application other');
  });

  it('tells of a provider that crashes again and again', () => {
    const kv = provider('kv');
    const lattice = new SimulatedLattice([host('N1')]);
    lattice.settle([application('shop', [kv])]);
    lattice.changeHosts((hosts) =>
      hosts.map(({ inventory, isSettled }) => ({
        isSettled,
        inventory: {
          ...inventory,
          providers: inventory.providers.map((each) => ({
            ...each,
            failure: 'it crashed',
            crashes: { count: 4, isLoop: true, reason: 'exit code 1', lastLines: [] },
          })),
        },
      })),
    );
    expect(statusOf(lattice.plan([application('shop', [kv])]))).toEqual({
      type: 'failed',
      message: 'provider shop-kv on name-N1 crashes again and again: exit code 1',
    });
  });

  it('has nothing to say of a manifest that nobody can run, and stops nothing of it', () => {
    const lattice = new SimulatedLattice([host('N1')]);
    const shop = application('shop', [component('web')]);
    lattice.settle([shop]);
    const broken = { ...shop, manifest: undefined, problem: 'shop: expected `component`' };
    const plan = lattice.plan([broken]);
    expect(plan.steps).toEqual([]);
    expect(statusOf(plan)).toEqual({ type: 'failed', message: 'shop: expected `component`' });
  });
});

describe('an application that leaves', () => {
  const address = config('address', { address: '127.0.0.1:8000' });
  const shop = application('shop', [
    component('web', { links: [link('kv')] }),
    provider('kv'),
    provider('http', {
      links: [link('web', { package: 'http', interfaces: ['incoming-handler'], sourceConfig: [address] })],
    }),
  ]);

  it('leaves nothing', () => {
    const lattice = new SimulatedLattice([host('N1'), host('N2')]);
    lattice.settle([shop]);
    expect(lattice.state.links).toHaveLength(2);
    lattice.settle([]);
    for (const { inventory } of lattice.state.hosts) {
      expect(inventory).toMatchObject({ components: [], providers: [] });
    }
    expect(lattice.state.links).toEqual([]);
    expect(lattice.state.config('shop-address')).toBeUndefined();
    expect(lattice.put.size).toBe(0);
  });

  it('leaves what others started, and a provider that another application uses until that leaves too', () => {
    const user = application('user', [
      component('page', { links: [link('kv')] }),
      provider('kv', { source: { kind: 'shared', application: 'shop', component: 'kv' } }),
    ]);
    const manual = { id: 'mine', imageRef: 'x', annotations: {}, maxInstances: 1, revision: 0 };
    const lattice = new SimulatedLattice([host('N1', { components: [manual] })]);
    lattice.settle([shop, user]);
    lattice.settle([user]);
    expect(lattice.hostsOf('shop-kv')).toEqual(['N1']);
    expect(lattice.hostsOf('shop-http')).toEqual([]);
    expect(lattice.state.links.map(({ sourceId, target }) => `${sourceId} ${target}`)).toEqual([
      'user-page shop-kv',
    ]);
    lattice.settle([]);
    expect(lattice.hostsOf('shop-kv')).toEqual([]);
    expect(lattice.instances('mine')).toEqual({ N1: 1 });
  });

  it('comes back in the middle of its leaving', () => {
    const lattice = new SimulatedLattice([host('N1')]);
    lattice.settle([shop]);
    lattice.carryOut(lattice.plan([]));
    lattice.settle([shop]);
    expect(lattice.state.links).toHaveLength(2);
    expect(lattice.hostsOf('shop-http')).toEqual(['N1']);
  });
});
