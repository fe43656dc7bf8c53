import type { DeployedApplication, ManifestComponent, Scaler } from '@wasmlattice/applications';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { application, component, config, host, link, provider } from '../testing/applications.js';
import { SimulatedLattice } from '../testing/simulated-lattice.js';
import { type Asked, stepKey } from './asked.js';
import { planLattice } from './plan-lattice.js';

const zone = fc.constantFrom('a', 'b', 'c');
const spread = fc.record({
  requirements: fc.oneof(
    fc.constant({}),
    zone.map((name) => ({ zone: name })),
  ),
  weight: fc.integer({ min: 1, max: 9 }),
});
const anyScaler = fc
  .record({
    kind: fc.constantFrom('spread' as const, 'daemon' as const),
    instances: fc.nat(7),
    spreads: fc.array(spread, { minLength: 1, maxLength: 3 }),
  })
  .map(
    ({ spreads, ...rest }): Scaler => ({
      ...rest,
      spreads: spreads.map((each, index) => ({ ...each, name: `spread${index}` })),
    }),
  );
const values = fc.record({ key: fc.constantFrom('x', 'y') });

/** An application of up to three components and two providers, linked at random. */
function anyApplication(name: string): fc.Arbitrary<DeployedApplication> {
  return fc
    .record({
      components: fc.array(fc.record({ scaler: anyScaler, values, linked: fc.boolean(), image: fc.nat(1) }), {
        minLength: 1,
        maxLength: 3,
      }),
      providers: fc.array(fc.record({ scaler: anyScaler, image: fc.nat(1) }), { maxLength: 2 }),
    })
    .map(({ components, providers }) => {
      const kvs = providers.map(
        ({ image, scaler }, index): ManifestComponent =>
          provider(`kv${index}`, { scalers: [scaler], image: `registry.test/kv:${image}` }),
      );
      const webs = components.map(
        ({ image, linked, scaler, values: properties }, index): ManifestComponent => {
          const [target] = kvs;
          const links =
            linked && target !== undefined
              ? [link(target.name, { targetConfig: [config(`link${index}`, properties)] })]
              : [];
          return component(`web${index}`, {
            scalers: [scaler],
            links,
            config: [config(`config${index}`, properties)],
            image: `registry.test/web:${image}`,
          });
        },
      );
      return application(name, [...webs, ...kvs]);
    });
}

const someApplications = fc.tuple(anyApplication('one'), anyApplication('two'));
const someHosts = fc
  .array(fc.record({ zone, isSettled: fc.boolean() }), { minLength: 1, maxLength: 4 })
  .map((hosts) =>
    hosts.map(({ isSettled, zone: name }, index) => host(`N${index}`, { labels: { zone: name }, isSettled })),
  );

/** How many instances run of a component that is spread, and how many should at most. */
function sizes(lattice: SimulatedLattice, applications: readonly DeployedApplication[]) {
  return applications.flatMap(({ manifest, name }) =>
    (manifest?.components ?? [])
      .filter((each) => each.kind === 'component' && each.scalers[0]?.kind === 'spread')
      .map((each) => ({
        running: Object.values(lattice.instances(`${name}-${each.name}`)).reduce((sum, one) => sum + one, 0),
        wanted: each.scalers[0]?.instances ?? 0,
      })),
  );
}

function expectSizes(lattice: SimulatedLattice, applications: readonly DeployedApplication[]): void {
  for (const { running, wanted } of sizes(lattice, applications)) expect(running).toBeLessThanOrEqual(wanted);
}

/** Each run plans a dozen times. */
const numRuns = 40;

describe('plans of any applications on any hosts', () => {
  it('come to an end, never exceed a size, and are empty when carried out', () => {
    fc.assert(
      fc.property(someApplications, someHosts, (applications, hosts) => {
        const lattice = new SimulatedLattice(hosts);
        const last = lattice.settle(applications, () => expectSizes(lattice, applications));
        for (const { status } of last.statuses.values())
          expect(['deployed', 'failed']).toContain(status.type);
      }),
      { numRuns },
    );
  });

  it('turn one version into another, and into nothing', () => {
    fc.assert(
      fc.property(someApplications, someApplications, someHosts, (before, after, hosts) => {
        const lattice = new SimulatedLattice(hosts);
        lattice.settle(before);
        lattice.settle(after);
        const anew = new SimulatedLattice(hosts);
        anew.settle(after);
        const ends = ({ state }: SimulatedLattice) =>
          state.links.map(({ sourceId, target }) => `${sourceId} ${target}`).sort();
        expect(ends(lattice)).toEqual(ends(anew));
        expect(sizes(lattice, after)).toEqual(sizes(anew, after));
        lattice.settle([]);
        for (const { inventory } of lattice.state.hosts) {
          expect([...inventory.components, ...inventory.providers]).toEqual([]);
        }
        expect([lattice.state.links, lattice.put.size]).toEqual([[], 0]);
      }),
      { numRuns },
    );
  });

  it('do not depend on any order', () => {
    fc.assert(
      fc.property(someApplications, someHosts, (applications, hosts) => {
        const lattice = new SimulatedLattice(hosts);
        const turned = new SimulatedLattice([...hosts].reverse());
        const steps = (each: SimulatedLattice, given: readonly DeployedApplication[]) =>
          each
            .plan(given)
            .steps.map(({ step }) => JSON.stringify(step))
            .sort();
        for (let round = 0; round < 5; round++) {
          expect(steps(turned, [...applications].reverse())).toEqual(steps(lattice, applications));
          lattice.carryOut(lattice.plan(applications));
          turned.carryOut(turned.plan(applications));
        }
      }),
      { numRuns },
    );
  });

  it('have no steps while all of them are being carried out', () => {
    fc.assert(
      fc.property(someApplications, someHosts, (applications, hosts) => {
        const { put, state } = new SimulatedLattice(hosts);
        const input = { applications, lattice: state, put };
        const asked = new Map<string, Asked>();
        const { steps } = planLattice({ ...input, asked });
        for (const { step } of steps) asked.set(stepKey(step), { state: 'running', step });
        expect(planLattice({ ...input, asked }).steps).toEqual([]);
      }),
      { numRuns },
    );
  });

  it('move nothing when a host comes and goes again, and have no instance too many when it comes back full', () => {
    fc.assert(
      fc.property(someApplications, someHosts, fc.nat(3), (applications, hosts, index) => {
        const lattice = new SimulatedLattice(hosts.map((each) => ({ ...each, isSettled: true })));
        lattice.settle(applications);
        const lost = lattice.state.hosts[index % lattice.state.hosts.length];
        if (lost === undefined) return;
        const { hostId, labels } = lost.inventory;
        const without = () =>
          lattice.changeHosts((all) => all.filter(({ inventory }) => inventory.hostId !== hostId));
        without();
        lattice.settle(applications);
        const others = () =>
          lattice.state.hosts
            .filter(({ inventory }) => inventory.hostId !== hostId)
            .map(({ inventory: { components, hostId: id } }) => [
              id,
              Object.fromEntries(components.map((each) => [each.id, each.maxInstances])),
            ]);
        const settled = others();
        const isMoved = applications.some(({ manifest }) =>
          manifest?.components.some(({ scalers }) => (scalers[0]?.spreads.length ?? 0) > 1),
        );
        // It comes back with nothing, is young, and goes again.
        lattice.changeHosts((all) => [...all, host(hostId, { labels, isSettled: false })]);
        lattice.settle(applications);
        if (!isMoved) expect(others()).toEqual(settled);
        without();
        lattice.settle(applications);
        if (!isMoved) expect(others()).toEqual(settled);
        // It was cut off, and comes back with all that ran there.
        lattice.changeHosts((all) => [...all, { ...lost, isSettled: false }]);
        lattice.settle(applications);
        expectSizes(lattice, applications);
      }),
      { numRuns },
    );
  });
});
