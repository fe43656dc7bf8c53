import type { DeployedApplication } from '@wasmlattice/applications';
import type { Link, StringMap } from '@wasmlattice/control-interface';
import type { ObservedHost } from '../observation/observed-host.js';
import { type LatticeState, stateAfter } from '../plan/lattice-state.js';
import type { PutForApplication } from '../plan/link-values.js';
import { type LatticePlan, planLattice } from '../plan/plan-lattice.js';
import { rememberValues } from '../plan/remember-values.js';

/** A lattice that carries out whatever it is asked at once. */
export class SimulatedLattice {
  state: LatticeState;
  put: ReadonlyMap<string, PutForApplication> = new Map();

  constructor(
    hosts: readonly ObservedHost[],
    links: readonly Link[] = [],
    configs: Readonly<Record<string, StringMap>> = {},
  ) {
    this.state = { hosts, links, config: (name) => configs[name] };
  }

  plan(applications: readonly DeployedApplication[]): LatticePlan {
    return planLattice({ applications, lattice: this.state, put: this.put, asked: new Map() });
  }

  carryOut(plan: LatticePlan): void {
    this.state = stateAfter(
      this.state,
      plan.steps.map(({ step }) => step),
    );
    this.put = plan.steps.reduce(rememberValues, plan.put);
  }

  /** Plans and carries out until nothing is left to do; fails when that takes long. */
  settle(applications: readonly DeployedApplication[], onRound: () => void = () => {}): LatticePlan {
    for (let round = 0; round < 20; round++) {
      const plan = this.plan(applications);
      this.carryOut(plan);
      if (plan.steps.length === 0) return plan;
      onRound();
    }
    const left = this.plan(applications).steps.map(({ step }) => JSON.stringify(step));
    throw new Error(`does not settle: ${left.join('\n')}`);
  }

  /** Replaces hosts, or the ones that they lack, by what `edit` makes of them. */
  changeHosts(edit: (hosts: readonly ObservedHost[]) => readonly ObservedHost[]): void {
    this.state = { ...this.state, hosts: edit(this.state.hosts) };
  }

  /** Instances of a component by host, those without any left out. */
  instances(id: string): Record<string, number> {
    return Object.fromEntries(
      this.state.hosts.flatMap(({ inventory }) =>
        inventory.components
          .filter((each) => each.id === id)
          .map(({ maxInstances }) => [inventory.hostId, maxInstances]),
      ),
    );
  }

  /** Hosts of a provider. */
  hostsOf(id: string): string[] {
    return this.state.hosts.flatMap(({ inventory }) =>
      inventory.providers.some((each) => each.id === id) ? [inventory.hostId] : [],
    );
  }
}
