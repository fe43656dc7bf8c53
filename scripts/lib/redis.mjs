import { join } from 'node:path';
import { isLibrary, libraryEnvironment } from './debian-libraries.mjs';
import { provideProgram } from './provide-program.mjs';

const redis = {
  name: 'redis-server',
  variable: 'REDIS_SERVER_BIN',
  packagedFolders: (root) => [join(root, 'usr/bin')],
  // The program is a link to one of the tools.
  parts: (dependencies) =>
    dependencies.filter((name) => name === 'redis-server' || name === 'redis-tools' || isLibrary(name)),
  environment: libraryEnvironment,
  inHomebrew: false,
  advice:
    'Install it (Debian and Ubuntu: `apt-get install redis-server`; macOS: `brew install redis`; others:\n' +
    'https://redis.io/docs/latest/operate/oss_and_stack/install/)',
};

/** The path of a Redis server that runs. */
export const provideRedis = (progress, machine) => provideProgram(redis, progress, machine);
