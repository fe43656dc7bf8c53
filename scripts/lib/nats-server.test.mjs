import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { provideNatsServer } from './nats-server.mjs';

const server = '#!/bin/sh\necho nats-server: v2.9.10\n';
const quiet = { step: (_title, work) => work(() => {}) };

let folder;
let machine;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nats-server-'));
  await mkdir(join(folder, 'bin'));
  machine = {
    // Nothing of this machine is on the PATH, a server of its own least of all.
    env: { PATH: join(folder, 'bin'), WASMLATTICE_CACHE: join(folder, 'cache') },
    platform: 'linux',
    isRoot: false,
    hasSystemd: false,
    folders: [join(folder, 'sbin')],
  };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Shell commands that put a working server at `path`. */
function writeServer(path) {
  const text = server.replaceAll('\n', '\\n');
  return `/bin/mkdir -p "$(/usr/bin/dirname "${path}")"; printf '${text}' > "${path}"; /bin/chmod 755 "${path}"`;
}

async function program(path, text) {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), text);
  await chmod(join(folder, path), 0o755);
  return join(folder, path);
}

test('NATS_SERVER_BIN wins over the PATH', async () => {
  await program('bin/nats-server', server);
  const own = await program('elsewhere/my-server', server);
  machine.env.NATS_SERVER_BIN = own;
  expect(await provideNatsServer(quiet, machine)).toBe(own);
});

test('a NATS_SERVER_BIN that is no program is named, not passed over', async () => {
  await program('bin/nats-server', server);
  machine.env.NATS_SERVER_BIN = join(folder, 'absent');
  await expect(provideNatsServer(quiet, machine)).rejects.toThrow(/NATS_SERVER_BIN is .*absent/);
});

test('a server on the PATH is used', async () => {
  const path = await program('bin/nats-server', server);
  expect(await provideNatsServer(quiet, machine)).toBe(path);
});

test('a server in a folder that packages use is found although the PATH lacks it', async () => {
  const path = await program('sbin/nats-server', server);
  expect(await provideNatsServer(quiet, machine)).toBe(path);
});

test('a server downloaded earlier is used again', async () => {
  const path = await program('cache/nats-server/usr/sbin/nats-server', server);
  expect(await provideNatsServer(quiet, machine)).toBe(path);
});

test('a server that does not run is named', async () => {
  const path = await program('bin/nats-server', '#!/bin/sh\necho wrong architecture; exit 126\n');
  await expect(provideNatsServer(quiet, machine)).rejects.toThrow(
    `${path} --version fails: wrong architecture`,
  );
});

test('root installs the package', async () => {
  machine.isRoot = true;
  const path = join(folder, 'sbin/nats-server');
  await program('bin/apt-get', `#!/bin/sh\n[ "$1" = install ] || exit 1\n${writeServer(path)}\n`);
  expect(await provideNatsServer(quiet, machine)).toBe(path);
});

test('the service that comes with the package is stopped, since only the program is wanted', async () => {
  Object.assign(machine, { isRoot: true, hasSystemd: true });
  const log = join(folder, 'systemctl');
  await program('bin/apt-get', `#!/bin/sh\n${writeServer(join(folder, 'sbin/nats-server'))}\n`);
  await program('bin/systemctl', `#!/bin/sh\necho "$@" > ${log}\n`);
  await provideNatsServer(quiet, machine);
  expect(await readFile(log, 'utf8')).toBe('disable --now nats-server\n');
});

test('root fetches package lists when the first attempt fails', async () => {
  machine.isRoot = true;
  const [path, lists] = [join(folder, 'sbin/nats-server'), join(folder, 'lists')];
  const script = [
    `if [ "$1" = update ]; then : > ${lists}; exit 0; fi`,
    `[ -e ${lists} ] || { echo "E: Unable to locate package nats-server"; exit 100; }`,
    writeServer(path),
  ].join('\n');
  await program('bin/apt-get', `#!/bin/sh\n${script}\n`);
  expect(await provideNatsServer(quiet, machine)).toBe(path);
});

test('another user unpacks the package into the cache', async () => {
  await program(
    'bin/apt-get',
    '#!/bin/sh\nfor last; do :; done\n[ "$last" = nats-server ] && : > nats-server_2.9.10_amd64.deb\nexit 0\n',
  );
  await program('bin/dpkg', `#!/bin/sh\n${writeServer('$3/usr/sbin/nats-server')}\n`);
  expect(await provideNatsServer(quiet, machine)).toBe(
    join(folder, 'cache/nats-server/usr/sbin/nats-server'),
  );
});

test('macOS asks brew', async () => {
  machine.platform = 'darwin';
  const path = join(folder, 'sbin/nats-server');
  await program('bin/brew', `#!/bin/sh\n${writeServer(path)}\n`);
  expect(await provideNatsServer(quiet, machine)).toBe(path);
});

test('without any way to get it, the message says what to install and which variable to set', async () => {
  await expect(provideNatsServer(quiet, machine)).rejects.toThrow(
    /apt-get install nats-server[\s\S]*NATS_SERVER_BIN/,
  );
});

test('the message repeats why an installation failed', async () => {
  await program('bin/apt-get', '#!/bin/sh\necho "E: no network"; exit 100\n');
  await expect(provideNatsServer(quiet, machine)).rejects.toThrow('E: no network');
});
