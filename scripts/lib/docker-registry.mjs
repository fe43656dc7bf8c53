import { join } from 'node:path';
import { provideProgram } from './provide-program.mjs';

const dockerRegistry = {
  name: 'docker-registry',
  variable: 'DOCKER_REGISTRY_BIN',
  packagedFolders: (root) => [join(root, 'usr/bin')],
  inHomebrew: false,
  advice:
    'Install it (Debian and Ubuntu: `apt-get install docker-registry`; others: the program `registry` of\n' +
    'https://github.com/distribution/distribution/releases)',
};

/** The path of a registry of artifacts that runs, which tests push to and pull from. */
export const provideDockerRegistry = (progress, machine) => provideProgram(dockerRegistry, progress, machine);
