import { join } from 'node:path';
import { isLibrary, libraryEnvironment } from './debian-libraries.mjs';
import { provideProgram } from './provide-program.mjs';

const mosquitto = {
  name: 'mosquitto',
  variable: 'MOSQUITTO_BIN',
  packagedFolders: (root) => [join(root, 'usr/sbin')],
  parts: (dependencies) => dependencies.filter((name) => name === 'mosquitto' || isLibrary(name)),
  environment: libraryEnvironment,
  // It knows no `--version`, and ends with 3 after its help.
  signOfLife: { args: ['-h'], says: /^mosquitto version / },
  inHomebrew: true,
  advice:
    'Install it (Debian and Ubuntu: `apt-get install mosquitto`; macOS: `brew install mosquitto`; others:\n' +
    'https://mosquitto.org/download/)',
};

/** The path of an MQTT broker that runs. */
export const provideMosquitto = (progress, machine) => provideProgram(mosquitto, progress, machine);
