import { setTimeout as wait } from 'node:timers/promises';
import { createGuestFolder } from '../guests/guest-folder.js';
import type { Measurement } from '../measurement.js';
import { component, cpuSeconds, deploy, hostCount, startReconciledLattice } from '../reconciled-lattice.js';

const componentCount = 100;
const linksOfEach = 3;
/** Between two looks, in ms. */
const againMs = 50;

export const deployApplication: Measurement = {
  name: 'deploy-application',
  unit: 's',
  better: 'lower',
  target: 1,
  title: `seconds from the request to deploy ${componentCount} components of 7 KB with ${componentCount * linksOfEach} links on ${hostCount} hosts until their status is \`deployed\``,
  baseline: '20 s',
  async measure() {
    await using lattice = await startReconciledLattice();
    await using folder = await createGuestFolder(componentCount);
    const components = folder.guests.map(({ componentRef }, number) =>
      component(`each${number}`, componentRef, 1, linksTo(number)),
    );
    const before = await cpuSeconds(lattice.all);
    const from = performance.now();
    await deploy(lattice.connection, 'many', components);
    for (;;) {
      const reply = await lattice.connection.request('wadm.api.default.model.status.many', '{}');
      const { status } = reply.json<{ status: { status: { type: string; message?: string } } }>();
      if (status.status.type === 'deployed') break;
      if (status.status.type === 'failed') throw new Error(status.status.message);
      await wait(againMs);
    }
    const seconds = (performance.now() - from) / 1_000;
    const computed = (await cpuSeconds(lattice.all)) - before;
    return {
      value: seconds,
      baseline: 20,
      note: `the hosts computed ${computed.toFixed(1)} s meanwhile, all their threads together`,
    };
  },
};

/** Links of a component to those after it, each through another interface. */
function linksTo(number: number): object[] {
  return Array.from({ length: linksOfEach }, (_, link) => ({
    type: 'link',
    properties: {
      target: { name: `each${(number + link + 1) % componentCount}` },
      namespace: 'bench',
      package: `package${link}`,
      interfaces: ['call'],
    },
  }));
}
