import { provideProgram } from './provide-program.mjs';

const natsServer = {
  name: 'nats-server',
  variable: 'NATS_SERVER_BIN',
  packagedPath: 'usr/sbin/nats-server',
  inHomebrew: true,
  advice:
    'Install it (Debian and Ubuntu: `apt-get install nats-server`; macOS: `brew install nats-server`; others:\n' +
    'https://github.com/nats-io/nats-server/releases)',
};

/** The path of a `nats-server` that runs. */
export const provideNatsServer = (progress, machine) => provideProgram(natsServer, progress, machine);
