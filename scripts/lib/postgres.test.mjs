import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { providePostgres } from './postgres.mjs';
import { bareMachine, quiet } from './testing/bare-machine.mjs';

const bare = bareMachine();

test('a server is found where Debian puts it, though no PATH leads there', async () => {
  const path = await bare.program('root/usr/lib/postgresql/15/bin/postgres', 'exit 0');
  expect(await providePostgres(quiet, bare.machine)).toBe(path);
});

test('root installs the package by its name', async () => {
  bare.machine.isRoot = true;
  const path = join(bare.folder, 'root/usr/lib/postgresql/17/bin/postgres');
  const write = `/bin/mkdir -p ${dirname(path)}; printf '#!/bin/sh\\n' > ${path}; /bin/chmod 755 ${path}`;
  await bare.program('bin/apt-get', `for last; do :; done\n[ "$last" = postgresql ] || exit 1\n${write}`);
  expect(await providePostgres(quiet, bare.machine)).toBe(path);
});

test('another user unpacks the server with its libraries, but not those that any program needs', async () => {
  const asked = join(bare.folder, 'asked');
  await bare.program('bin/apt-get', `[ "$7" = download ] && { echo "$@" > ${asked}; : > x_1.deb; }\nexit 0`);
  const known = [
    'postgresql',
    'postgresql-15',
    '<virtual>',
    '  Depends: libpq5',
    'libpq5',
    'libc6',
    'libicu72',
    'perl',
    'libllvm14',
  ];
  await bare.program('bin/apt-cache', known.map((line) => `echo '${line}'`).join('\n'));
  const server = '$3/usr/lib/postgresql/15/bin/postgres';
  const triplet = '$3/usr/lib/x86_64-linux-gnu';
  await bare.program(
    'bin/dpkg',
    `/bin/mkdir -p "$(/usr/bin/dirname "${server}")" "${triplet}"
printf '#!/bin/sh\\n[ "$LD_LIBRARY_PATH" = ${join(bare.folder, 'cache/postgres/usr/lib/x86_64-linux-gnu')} ]\\n' > "${server}"; /bin/chmod 755 "${server}"`,
  );
  const unpacked = join(bare.folder, 'cache/postgres/usr/lib/postgresql/15/bin/postgres');
  expect(await providePostgres(quiet, bare.machine)).toBe(unpacked);
  expect((await readFile(asked, 'utf8')).trim().split(' ').slice(-3)).toEqual([
    'postgresql-15',
    'libpq5',
    'libicu72',
  ]);
});
