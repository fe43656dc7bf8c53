import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { provideRedis } from './redis.mjs';
import { bareMachine, quiet } from './testing/bare-machine.mjs';

const bare = bareMachine();

test('a server is found where Debian puts it', async () => {
  const path = await bare.program('root/usr/bin/redis-server', 'exit 0');
  expect(await provideRedis(quiet, bare.machine)).toBe(path);
});

test('another user unpacks the server with the tools that it is one of, and its libraries', async () => {
  const asked = join(bare.folder, 'asked');
  await bare.program('bin/apt-get', `[ "$7" = download ] && { echo "$@" > ${asked}; : > x_1.deb; }\nexit 0`);
  await bare.program('bin/apt-cache', "echo 'redis-server\nredis-tools\nadduser\nlibjemalloc2\nlibc6'");
  const server = '$3/usr/bin/redis-server';
  await bare.program(
    'bin/dpkg',
    `/bin/mkdir -p "$(/usr/bin/dirname "${server}")"
printf '#!/bin/sh\\nexit 0\\n' > "${server}"; /bin/chmod 755 "${server}"`,
  );
  expect(await provideRedis(quiet, bare.machine)).toBe(
    join(bare.folder, 'cache/redis-server/usr/bin/redis-server'),
  );
  expect((await readFile(asked, 'utf8')).trim().split(' ').slice(-3)).toEqual([
    'redis-server',
    'redis-tools',
    'libjemalloc2',
  ]);
});
