import { join } from 'node:path';
import { isLibrary, libraryEnvironment } from './debian-libraries.mjs';
import { provideProgram } from './provide-program.mjs';

/** What a cluster is made of besides its gateway. */
const servers = ['ceph-mon', 'ceph-osd'];
/** Tools that make the keys and maps of a cluster. */
const tools = ['ceph-base', 'ceph-common'];

const gateway = {
  name: 'radosgw',
  alongside: servers,
  // Its sixty packages would take minutes to install, and are services of a cluster that nobody wants on the machine.
  isOnlyUnpacked: true,
  variable: 'RADOSGW_BIN',
  packagedFolders: (root) => [join(root, 'usr/bin')],
  parts: (dependencies) =>
    dependencies.filter((name) => ['radosgw', ...servers, ...tools].includes(name) || isLibrary(name)),
  environment: (root) => {
    const { LD_LIBRARY_PATH: libraries } = libraryEnvironment(root);
    // Those that only Ceph uses have a folder of their own.
    const own = libraries.split(':').map((folder) => join(folder, 'ceph'));
    return { LD_LIBRARY_PATH: [libraries, ...own].join(':') };
  },
  inHomebrew: false,
  advice:
    'Install it (Debian and Ubuntu: `apt-get install radosgw ceph-mon ceph-osd`; others:\n' +
    'https://docs.ceph.com/en/latest/install/get-packages/)',
};

/** The path of a Ceph object gateway that runs, a server of S3, with the other programs of a cluster beside it. */
export const provideCeph = (progress, machine) => provideProgram(gateway, progress, machine);
