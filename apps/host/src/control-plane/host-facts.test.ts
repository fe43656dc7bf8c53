import type { UndeliveredLink } from '@wasmlattice/control-interface';
import { describe, expect, it } from 'vitest';
import { describeInventory, type HostFacts } from './host-facts.js';
import { createLabels } from './labels.js';

const facts: HostFacts = {
  hostId: 'NHOST',
  friendlyName: 'calm-fox-0001',
  version: '1.0.0',
  lattice: 'default',
  labels: createLabels({}),
  startedAt: 0,
  ctlHost: '',
  rpcHost: '',
};

function inventoryOf(undeliveredLinks: readonly UndeliveredLink[]) {
  return describeInventory(facts, { components: [], providers: [], undeliveredLinks }, 1_000);
}

describe('the inventory', () => {
  it('has nothing of links where all of them work', () => {
    expect(inventoryOf([])).not.toHaveProperty('undeliveredLinks');
  });

  it('fits a message of NATS, however many links do not work and whatever the reasons are', () => {
    const link: UndeliveredLink = {
      ...{ sourceId: 'a', target: 'b', name: 'default', witNamespace: 'wasi', witPackage: 'http' },
      ...{ providerId: 'b', state: 'failed', reason: 'x'.repeat(10_000) },
    };
    const inventory = inventoryOf(Array.from({ length: 10_000 }, () => link));
    expect(inventory.undeliveredLinks).toHaveLength(200);
    expect(JSON.stringify(inventory).length).toBeLessThan(512 * 1024);
  });
});
