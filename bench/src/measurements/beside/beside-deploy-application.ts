import { createGuestFolder } from '../../guests/guest-folder.js';
import { componentCount, type Deployment, deployLinked, linksOfEach } from '../../linked-application.js';
import type { Measurement } from '../../measurement.js';
import {
  hostCount,
  type ReconciledLattice,
  startReconciledLattice,
  startWadmLattice,
} from '../../reconciled-lattice.js';
import { medianOfRounds } from '../../rounds.js';
import { wasmcloudProgram } from '../../wasmcloud/wasmcloud-programs.js';

export const besideDeployApplication: Measurement = {
  name: 'beside-deploy-application',
  unit: 's',
  better: 'lower',
  target: 0.5,
  title: `seconds from the request to deploy ${componentCount} components of 7 KB with ${componentCount * linksOfEach} links on ${hostCount} hosts of ours with \`--reconcile\` until their status is \`deployed\``,
  baseline:
    'the same manifest and hosts, without `--reconcile`, by wadm 0.21.1, which knows the hosts before',
  async measure() {
    const program = wasmcloudProgram('wadm');
    if (typeof program !== 'string') return program;
    const ours: Deployment[] = [];
    const theirs: Deployment[] = [];
    const deployOn = async (start: () => Promise<ReconciledLattice>, all: Deployment[]): Promise<number> => {
      await using lattice = await start();
      await using folder = await createGuestFolder(componentCount);
      const deployment = await deployLinked(lattice, folder.guests);
      all.push(deployment);
      return deployment.seconds;
    };
    const measured = await medianOfRounds(
      3,
      () => deployOn(startReconciledLattice, ours),
      () => deployOn(() => startWadmLattice(program), theirs),
    );
    return { ...measured, note: `CPU of the hosts ${told(ours)}; beside wadm ${told(theirs)}` };
  },
};

function told(all: readonly Deployment[]): string {
  return all
    .map(({ hostSeconds, wadmSeconds }) =>
      [hostSeconds, ...(wadmSeconds > 0 ? [wadmSeconds] : [])]
        .map((each) => `${each.toFixed(1)} s`)
        .join(' and '),
    )
    .join(', ');
}
