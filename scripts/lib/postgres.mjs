import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { provideProgram } from './provide-program.mjs';

const postgres = {
  name: 'postgres',
  debianPackage: 'postgresql',
  variable: 'POSTGRES_BIN',
  packagedFolders: (root) => {
    const versions = join(root, 'usr/lib/postgresql');
    return list(versions).map((version) => join(versions, version, 'bin'));
  },
  // The server, with the libraries that a machine without it may lack. Those of its own C compiler are there, or it could not run a thing;
  // LLVM is for its just-in-time compiler, which it does without.
  parts: (dependencies) =>
    dependencies.filter(
      (name) =>
        /^(?:postgresql-\d+|lib.+)$/.test(name) &&
        !/^lib(?:c6|c-.*|gcc-s1|stdc\+\+6|llvm.*|perl.*|.*-perl)$/.test(name),
    ),
  environment: (root) => ({
    LD_LIBRARY_PATH: ['usr/lib', 'lib']
      .flatMap((folder) =>
        list(join(root, folder))
          .filter((name) => name.endsWith('-linux-gnu'))
          .map((name) => join(root, folder, name)),
      )
      .join(':'),
  }),
  inHomebrew: false,
  advice:
    'Install it (Debian and Ubuntu: `apt-get install postgresql`; macOS: `brew install postgresql@17`; others:\n' +
    'https://www.postgresql.org/download/)',
};

function list(folder) {
  try {
    return readdirSync(folder).sort();
  } catch {
    return [];
  }
}

/** The path of a PostgreSQL server that runs, with `initdb` beside it: tests start it as another user than root. */
export const providePostgres = (progress, machine) => provideProgram(postgres, progress, machine);
