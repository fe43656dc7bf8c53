import type { HostInventory } from '@wasmlattice/control-interface';
import { describe, expect, it } from 'vitest';
import type { Scaler } from '../manifest/manifest.js';
import { placeComponent, placeProvider } from './placement.js';

function host(hostId: string, labels: Record<string, string> = {}): HostInventory {
  return {
    hostId,
    labels,
    friendlyName: hostId.toLowerCase(),
    components: [],
    providers: [],
    version: '1.0.0',
    uptimeHuman: '1s',
    uptimeSeconds: 1,
  };
}

const hosts = [host('C', { zone: 'b' }), host('A', { zone: 'a' }), host('B', { zone: 'a' })];
const nowhere = () => false;

function scaler(kind: Scaler['kind'], instances: number, ...spreads: [string, string?, number?][]): Scaler {
  return {
    kind,
    instances,
    spreads: spreads.map(([name, zone, weight = 100]) => ({
      name,
      requirements: zone === undefined ? {} : { zone },
      weight,
    })),
  };
}

const shown = (placements: readonly { host: HostInventory; spread: string; instances: number }[]) =>
  placements.map((each) => `${each.host.hostId} ${each.spread} ${each.instances}`);

describe('a component', () => {
  it('goes to the first host by id', () => {
    expect(shown(placeComponent('x', scaler('spread', 5, ['default']), hosts, nowhere))).toEqual([
      'A default 5',
    ]);
  });

  it('stays where it runs', () => {
    const runsHere = ({ hostId }: HostInventory) => hostId === 'C';
    expect(shown(placeComponent('x', scaler('spread', 5, ['default']), hosts, runsHere))).toEqual([
      'C default 5',
    ]);
  });

  it('is divided by weight, the rest going to the heavier spreads', () => {
    const spread = scaler('spread', 10, ['light', 'a', 30], ['heavy', 'b', 65]);
    expect(shown(placeComponent('x', spread, hosts, nowhere)).sort()).toEqual(['A light 3', 'C heavy 7']);
  });

  it('has one entry on a host that serves two spreads', () => {
    const spread = scaler('spread', 4, ['one'], ['two']);
    expect(shown(placeComponent('x', spread, hosts, nowhere))).toEqual(['A one 4']);
  });

  it('of a daemon scaler goes to every matching host', () => {
    expect(shown(placeComponent('x', scaler('daemon', 2, ['a', 'a']), hosts, nowhere))).toEqual([
      'A a 2',
      'B a 2',
    ]);
  });

  it('without a matching host is an error that names spread and labels', () => {
    expect(() => placeComponent('x', scaler('spread', 1, ['edge', 'z']), hosts, nowhere)).toThrow(
      'no host of the lattice has the labels that spread `edge` of `x` requires: zone=z',
    );
  });
});

describe('a provider', () => {
  it('runs once on as many hosts as it has instances', () => {
    expect(shown(placeProvider('x', scaler('spread', 2, ['default']), hosts, nowhere))).toEqual([
      'A default 1',
      'B default 1',
    ]);
    expect(placeProvider('x', scaler('spread', 9, ['default']), hosts, nowhere)).toHaveLength(3);
  });

  it('of a daemon scaler runs on every matching host', () => {
    expect(shown(placeProvider('x', scaler('daemon', 1, ['a', 'a']), hosts, nowhere))).toEqual([
      'A a 1',
      'B a 1',
    ]);
  });
});
