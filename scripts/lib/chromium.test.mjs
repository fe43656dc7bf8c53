import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { provideChromium } from './chromium.mjs';
import { bareMachine, quiet } from './testing/bare-machine.mjs';

const bare = bareMachine();

test('another user than root unpacks the browser with its libraries', async () => {
  const asked = join(bare.folder, 'asked');
  await bare.program('bin/apt-get', `[ "$7" = download ] && { echo "$@" > ${asked}; : > x_1.deb; }\nexit 0`);
  const known = [
    'chromium',
    'chromium-common',
    'xdg-utils',
    'libnss3',
    'libc6',
    'fonts-dejavu-core',
    'fonts-liberation',
  ];
  await bare.program('bin/apt-cache', known.map((line) => `echo '${line}'`).join('\n'));
  const browser = '$3/usr/lib/chromium/chromium';
  await bare.program(
    'bin/dpkg',
    `/bin/mkdir -p "$(/usr/bin/dirname "${browser}")" "$3/usr/lib/x86_64-linux-gnu/pulseaudio"
printf '#!/bin/sh\\ncase "$LD_LIBRARY_PATH" in *-linux-gnu:*/pulseaudio) ;; *) exit 1 ;; esac\\n' > "${browser}"; /bin/chmod 755 "${browser}"`,
  );
  const unpacked = join(bare.folder, 'cache/chromium/usr/lib/chromium/chromium');
  expect(await provideChromium(quiet, bare.machine)).toBe(unpacked);
  expect((await readFile(asked, 'utf8')).trim().split(' ').slice(-4)).toEqual([
    'chromium',
    'chromium-common',
    'libnss3',
    'fonts-dejavu-core',
  ]);
});
