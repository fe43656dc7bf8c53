import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { provideMosquitto } from './mosquitto.mjs';
import { bareMachine, quiet } from './testing/bare-machine.mjs';

const bare = bareMachine();

/** As the real one: no `--version`, help with an exit code. */
const broker = '[ "$1" = -h ] && echo "mosquitto version 2.0.11"\nexit 3';

test('a broker is found where Debian puts it, and known by what it says', async () => {
  const path = await bare.program('root/usr/sbin/mosquitto', broker);
  expect(await provideMosquitto(quiet, bare.machine)).toBe(path);
});

test('a program of its name that says something else is not taken for it', async () => {
  await bare.program('bin/mosquitto', 'echo "cannot open shared object file"; exit 127');
  await expect(provideMosquitto(quiet, bare.machine)).rejects.toThrow(
    /mosquitto -h fails: cannot open shared object file/,
  );
});

test('another user unpacks the broker with its libraries', async () => {
  const asked = join(bare.folder, 'asked');
  await bare.program('bin/apt-get', `[ "$7" = download ] && { echo "$@" > ${asked}; : > x_1.deb; }\nexit 0`);
  await bare.program('bin/apt-cache', "echo 'mosquitto\nadduser\nlibcjson1\nlibc6\nlibgcc-s1'");
  const server = '$3/usr/sbin/mosquitto';
  await bare.program(
    'bin/dpkg',
    `/bin/mkdir -p "$(/usr/bin/dirname "${server}")"
printf '#!/bin/sh\\necho mosquitto version 2; exit 3\\n' > "${server}"; /bin/chmod 755 "${server}"`,
  );
  expect(await provideMosquitto(quiet, bare.machine)).toBe(
    join(bare.folder, 'cache/mosquitto/usr/sbin/mosquitto'),
  );
  expect((await readFile(asked, 'utf8')).trim().split(' ').slice(-2)).toEqual(['mosquitto', 'libcjson1']);
});
