import { createGuestFolder } from '../guests/guest-folder.js';
import { componentCount, deployLinked, linksOfEach } from '../linked-application.js';
import type { Measurement } from '../measurement.js';
import { hostCount, startReconciledLattice } from '../reconciled-lattice.js';

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
    const { hostSeconds, seconds } = await deployLinked(lattice, folder.guests);
    return {
      value: seconds,
      baseline: 20,
      note: `the hosts computed ${hostSeconds.toFixed(1)} s meanwhile, all their threads together`,
    };
  },
};
