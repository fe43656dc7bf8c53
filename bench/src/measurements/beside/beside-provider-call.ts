import { rust } from '@wasmlattice/example-gallery';
import { createTempDir } from '@wasmlattice/test-support';
import { scaleAll } from '../../components.js';
import { galleryGuest } from '../../guests/gallery-guest.js';
import { artifacts, linkHttp } from '../../lattice.js';
import type { Measurement } from '../../measurement.js';
import { launcherOf, packProvider } from '../../wasmcloud/provider-archive.js';
import { wasmcloudPrograms } from '../../wasmcloud/wasmcloud-programs.js';
import { loadBothHosts } from './load-both-hosts.js';

const load = { connections: 64, warmUpMs: 500, durationMs: 2_000 };

export const besideProviderCall: Measurement = {
  name: 'beside-provider-call',
  unit: 'requests/s',
  better: 'higher',
  target: 1.5,
  title: `the counter in Rust of the gallery, which gets and sets a value of a provider that answers from memory, ${load.connections} connections`,
  baseline: 'the same component and provider on a host of wasmCloud 1.9.2, both with their defaults',
  async measure() {
    const programs = wasmcloudPrograms();
    if ('skipped' in programs) return programs;
    const guest = await galleryGuest(rust, 'counter');
    if ('skipped' in guest) return guest;
    await using folder = await createTempDir();
    const providerRef = await packProvider(folder.path, 'memory', launcherOf(artifacts.memoryProvider));
    // Awaited here: the archive goes away with this scope.
    return await loadBothHosts({
      program: programs.host,
      load,
      firstAnswerMs: 60_000,
      async serve(lattice, port) {
        const { control, hostId } = lattice;
        await control.putLink({
          sourceId: 'counter',
          target: 'memory',
          witNamespace: 'wasi',
          witPackage: 'keyvalue',
          interfaces: ['store'],
        });
        await control.startProvider(hostId, { providerId: 'memory', providerRef });
        await linkHttp(lattice, 'counter', port);
        const componentRef = `file://${guest.file}`;
        await scaleAll(lattice, [{ componentId: 'counter', componentRef, maxInstances: load.connections }]);
      },
    });
  },
};
