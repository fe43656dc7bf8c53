import { join } from 'node:path';
import { provideProgram } from './provide-program.mjs';

const natsServer = {
  name: 'nats-server',
  variable: 'NATS_SERVER_BIN',
  packagedFolders: (root) => [join(root, 'usr/sbin')],
  inHomebrew: true,
  advice:
    'Install it (Debian and Ubuntu: `apt-get install nats-server`; macOS: `brew install nats-server`; others:\n' +
    'https://github.com/nats-io/nats-server/releases)',
};

/** The path of a `nats-server` that runs. */
export const provideNatsServer = (progress, machine) => provideProgram(natsServer, progress, machine);
