import type { ControlClient, HostInventory } from '@wasmlattice/control-interface';

/** How long hosts gather, in ms: somebody waits for it. */
const soonMs = 300;
/** How long a slow host may take, in ms. */
const patientMs = 2_000;

/** What runs in the lattice, of the hosts that tell it within 0.3 s. @throws ControlError when one of them does not */
export async function whatRunsAtOnce(client: ControlClient): Promise<readonly HostInventory[]> {
  return await inventories(client, { gatherMs: soonMs, answerMs: soonMs });
}

/** What runs in the lattice, with more patience where hosts are slow; `undefined` when that can't be told. */
export async function whatRuns(client: ControlClient): Promise<readonly HostInventory[] | undefined> {
  try {
    const told = await inventories(client, { gatherMs: soonMs, answerMs: patientMs });
    return told.length > 0 ? told : await inventories(client, { gatherMs: patientMs, answerMs: patientMs });
  } catch {
    return undefined;
  }
}

async function inventories(
  client: ControlClient,
  { gatherMs, answerMs }: { readonly gatherMs: number; readonly answerMs: number },
): Promise<readonly HostInventory[]> {
  const hosts = await client.ping({ timeoutMs: gatherMs });
  return await Promise.all(hosts.map(({ id }) => client.getHostInventory(id, { timeoutMs: answerMs })));
}
