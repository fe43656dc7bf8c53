import type { HostInventory, LinkInput, UndeliveredLink } from '@wasmlattice/control-interface';
import { ControlError } from '@wasmlattice/control-interface';
import { describe, expect, it } from 'vitest';
import { checkServing } from './check-serving.js';
import type { Plan } from './steps.js';

const key = {
  sourceId: 'web',
  target: 'store',
  name: 'default',
  witNamespace: 'wasi',
  witPackage: 'keyvalue',
};
const link: LinkInput = { ...key, interfaces: ['store'] };
const host = { hostId: 'N1', friendlyName: 'calm-fox' };
const plan: Plan = {
  application: 'shop',
  notes: [],
  steps: [
    { kind: 'put-link', link },
    { kind: 'keep-provider', host, providerId: 'store' },
  ],
};

function inventory(changes: Partial<HostInventory> = {}): HostInventory {
  const about = { labels: {}, version: '1.0.0', uptimeHuman: '1s', uptimeSeconds: 1 };
  return { ...host, ...about, components: [], providers: [], ...changes };
}

function undelivered(changes: Partial<UndeliveredLink> = {}): HostInventory {
  return inventory({
    undeliveredLinks: [{ ...key, providerId: 'store', state: 'failed', reason: 'no bucket', ...changes }],
  });
}

/** Checks with hosts of which each gives its inventories one after the other, the last for ever; an error is what it answers. */
async function check(hosts: Readonly<Record<string, (HostInventory | Error)[]>>, outcomeTimeoutMs = 60_000) {
  let asked = 0;
  await checkServing(plan, {
    hostIds: Object.keys(hosts),
    requestTimeoutMs: 1,
    outcomeTimeoutMs,
    signal: new AbortController().signal,
    client: {
      async getHostInventory(hostId) {
        asked += 1;
        const answers = hosts[hostId] ?? [];
        const answer = answers.length > 1 ? answers.shift() : answers[0];
        if (answer === undefined || answer instanceof Error) throw answer;
        return answer;
      },
    },
  });
  return asked;
}

describe('checkServing', () => {
  it('is content when no host tells of trouble with what was deployed', async () => {
    const other = undelivered({ target: 'other' });
    const failed = { id: 'other', imageRef: 'x', annotations: {}, revision: 0, failure: 'down' };
    expect(await check({ N1: [inventory({ providers: [failed] })], N2: [other] })).toBe(2);
    expect(await check({ N1: [undelivered({ state: 'degraded', reason: 'a thread is deaf' })] })).toBe(1);
  });

  it('names every link and provider that does not serve, on whichever host', async () => {
    const failed = {
      id: 'store',
      imageRef: 'x',
      annotations: {},
      revision: 0,
      failure: 'exited with code 1',
    };
    await expect(check({ N1: [inventory({ providers: [failed] })], N2: [undelivered()] })).rejects.toThrow(
      'shop is deployed but does not serve: provider store on calm-fox: exited with code 1; the link web wasi:keyvalue to store failed: no bucket',
    );
  });

  it('waits for what is not known yet', async () => {
    expect(await check({ N1: [undelivered({ state: 'pending' }), inventory()] })).toBe(2);
    await expect(check({ N1: [undelivered({ state: 'pending' })] }, 0)).rejects.toThrow(
      'the link web wasi:keyvalue to store: store was told of it and has not answered',
    );
  });

  it('does not miss a host that left', async () => {
    const gone = new ControlError('no-responders', 'nobody answers');
    expect(await check({ N1: [gone], N2: [inventory()] })).toBe(2);
  });
});
