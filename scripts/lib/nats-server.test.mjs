import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { provideNatsServer } from './nats-server.mjs';
import { bareMachine, quiet } from './testing/bare-machine.mjs';

const bare = bareMachine();

const server = 'echo nats-server: v2.9.10';

/** Shell commands that put a working server at `path`. */
function writeServer(path) {
  return `/bin/mkdir -p "$(/usr/bin/dirname "${path}")"; printf '#!/bin/sh\\n${server}\\n' > "${path}"; /bin/chmod 755 "${path}"`;
}

test('NATS_SERVER_BIN wins over the PATH', async () => {
  await bare.program('bin/nats-server', server);
  const own = await bare.program('elsewhere/my-server', server);
  bare.machine.env.NATS_SERVER_BIN = own;
  expect(await provideNatsServer(quiet, bare.machine)).toBe(own);
});

test('a NATS_SERVER_BIN that is no program is named, not passed over', async () => {
  await bare.program('bin/nats-server', server);
  bare.machine.env.NATS_SERVER_BIN = join(bare.folder, 'absent');
  await expect(provideNatsServer(quiet, bare.machine)).rejects.toThrow(/NATS_SERVER_BIN is .*absent/);
});

test('a server on the PATH is used', async () => {
  const path = await bare.program('bin/nats-server', server);
  expect(await provideNatsServer(quiet, bare.machine)).toBe(path);
});

test('a server in a folder that packages use is found although the PATH lacks it', async () => {
  const path = await bare.program('sbin/nats-server', server);
  expect(await provideNatsServer(quiet, bare.machine)).toBe(path);
});

test('a server downloaded earlier is used again', async () => {
  const path = await bare.program('cache/nats-server/usr/sbin/nats-server', server);
  expect(await provideNatsServer(quiet, bare.machine)).toBe(path);
});

test('a server that does not run is named', async () => {
  const path = await bare.program('bin/nats-server', 'echo wrong architecture; exit 126');
  await expect(provideNatsServer(quiet, bare.machine)).rejects.toThrow(
    `${path} --version fails: wrong architecture`,
  );
});

test('root installs the package', async () => {
  bare.machine.isRoot = true;
  const path = join(bare.folder, 'sbin/nats-server');
  await bare.program('bin/apt-get', `[ "$1" = install ] || exit 1\n${writeServer(path)}`);
  expect(await provideNatsServer(quiet, bare.machine)).toBe(path);
});

test('the service that comes with the package is stopped, since only the program is wanted', async () => {
  Object.assign(bare.machine, { isRoot: true, hasSystemd: true });
  const log = join(bare.folder, 'systemctl');
  await bare.program('bin/apt-get', `${writeServer(join(bare.folder, 'sbin/nats-server'))}`);
  await bare.program('bin/systemctl', `echo "$@" > ${log}`);
  await provideNatsServer(quiet, bare.machine);
  expect(await readFile(log, 'utf8')).toBe('disable --now nats-server\n');
});

test('root fetches package lists when the first attempt fails', async () => {
  bare.machine.isRoot = true;
  const [path, lists] = [join(bare.folder, 'sbin/nats-server'), join(bare.folder, 'lists')];
  const script = [
    `if [ "$1" = update ]; then : > ${lists}; exit 0; fi`,
    `[ -e ${lists} ] || { echo "E: Unable to locate package nats-server"; exit 100; }`,
    writeServer(path),
  ].join('\n');
  await bare.program('bin/apt-get', `${script}`);
  expect(await provideNatsServer(quiet, bare.machine)).toBe(path);
});

test('another user unpacks the package into the cache', async () => {
  await bare.program(
    'bin/apt-get',
    'for last; do :; done\n[ "$last" = nats-server ] && : > nats-server_2.9.10_amd64.deb\nexit 0',
  );
  await bare.program('bin/dpkg', `${writeServer('$3/usr/sbin/nats-server')}`);
  expect(await provideNatsServer(quiet, bare.machine)).toBe(
    join(bare.folder, 'cache/nats-server/usr/sbin/nats-server'),
  );
});

test('macOS asks brew', async () => {
  bare.machine.platform = 'darwin';
  const path = join(bare.folder, 'sbin/nats-server');
  await bare.program('bin/brew', `${writeServer(path)}`);
  expect(await provideNatsServer(quiet, bare.machine)).toBe(path);
});

test('without any way to get it, the message says what to install and which variable to set', async () => {
  await expect(provideNatsServer(quiet, bare.machine)).rejects.toThrow(
    /apt-get install nats-server[\s\S]*NATS_SERVER_BIN/,
  );
});

test('the message repeats why an installation failed', async () => {
  await bare.program('bin/apt-get', 'echo "E: no network"; exit 100');
  await expect(provideNatsServer(quiet, bare.machine)).rejects.toThrow('E: no network');
});
