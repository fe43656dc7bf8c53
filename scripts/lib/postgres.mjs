import { join } from 'node:path';
import { isLibrary, libraryEnvironment, listFolder } from './debian-libraries.mjs';
import { provideProgram } from './provide-program.mjs';

const postgres = {
  name: 'postgres',
  debianPackage: 'postgresql',
  variable: 'POSTGRES_BIN',
  packagedFolders: (root) => {
    const versions = join(root, 'usr/lib/postgresql');
    return listFolder(versions).map((version) => join(versions, version, 'bin'));
  },
  parts: (dependencies) => dependencies.filter((name) => /^postgresql-\d+$/.test(name) || isLibrary(name)),
  environment: libraryEnvironment,
  inHomebrew: false,
  advice:
    'Install it (Debian and Ubuntu: `apt-get install postgresql`; macOS: `brew install postgresql@17`; others:\n' +
    'https://www.postgresql.org/download/)',
};

/** The path of a PostgreSQL server that runs, with `initdb` beside it: tests start it as another user than root. */
export const providePostgres = (progress, machine) => provideProgram(postgres, progress, machine);
