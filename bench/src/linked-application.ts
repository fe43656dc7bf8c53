import { setTimeout as wait } from 'node:timers/promises';
import type { GuestFile } from './guests/guest-folder.js';
import { cpuSecondsOf } from './process-time.js';
import { component, cpuSeconds, deploy, type ReconciledLattice } from './reconciled-lattice.js';

export const componentCount = 100;
export const linksOfEach = 3;
/** Between two looks, in ms. */
const againMs = 50;
const deadlineMs = 300_000;

export interface Deployment {
  /** From the request until its status is `deployed`, and all of it is there. */
  readonly seconds: number;
  /** That the hosts computed meanwhile, all their threads together. */
  readonly hostSeconds: number;
  /** The same of a wadm; 0 where there is none. */
  readonly wadmSeconds: number;
}

/** Deploys an application of components, one instance each, with links between them. */
export async function deployLinked(
  lattice: ReconciledLattice,
  guests: readonly GuestFile[],
): Promise<Deployment> {
  const components = guests.map(({ componentRef }, number) =>
    component(`each${number}`, componentRef, 1, linksTo(number, guests.length)),
  );
  const { all, wadmPid } = lattice;
  const wadmSeconds = async (): Promise<number> => (wadmPid === undefined ? 0 : await cpuSecondsOf(wadmPid));
  const before = { hosts: await cpuSeconds(all), wadm: await wadmSeconds() };
  const from = performance.now();
  await deploy(lattice.connection, 'many', components);
  for (;;) {
    const status = await statusOf(lattice);
    if (status.type === 'deployed' && (await isThere(lattice, guests.length))) break;
    if (performance.now() - from > deadlineMs) throw new Error(`${status.type}: ${status.message ?? ''}`);
    await wait(againMs);
  }
  return {
    seconds: (performance.now() - from) / 1_000,
    hostSeconds: (await cpuSeconds(all)) - before.hosts,
    wadmSeconds: (await wadmSeconds()) - before.wadm,
  };
}

async function statusOf({
  connection,
}: ReconciledLattice): Promise<{ readonly type: string; readonly message?: string }> {
  const reply = await connection.request('wadm.api.default.model.status.many', '{}', { timeout: 10_000 });
  return reply.json<{ status: { status: { type: string; message?: string } } }>().status.status;
}

async function isThere({ all, control }: ReconciledLattice, count: number): Promise<boolean> {
  const [links, ...inventories] = await Promise.all([
    control.getLinks(),
    ...all.map(({ hostId }) => control.getHostInventory(hostId)),
  ]);
  const running = inventories.reduce((sum, { components }) => sum + components.length, 0);
  return links.length === count * linksOfEach && running === count;
}

/** Links of a component to those after it, each through another interface. */
function linksTo(number: number, count: number): object[] {
  return Array.from({ length: linksOfEach }, (_, link) => ({
    type: 'link',
    properties: {
      target: { name: `each${(number + link + 1) % count}` },
      namespace: 'bench',
      package: `package${link}`,
      interfaces: ['call'],
    },
  }));
}
