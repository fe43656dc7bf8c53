import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { provideCeph } from './ceph.mjs';
import { bareMachine, quiet } from './testing/bare-machine.mjs';

const bare = bareMachine();

test('a gateway is found where Debian puts it', async () => {
  const path = await bare.program('root/usr/bin/radosgw', 'exit 0');
  expect(await provideCeph(quiet, bare.machine)).toBe(path);
});

test('another user unpacks the gateway with the servers and tools of a cluster, and their libraries', async () => {
  const [asked, environment] = ['asked', 'environment'].map((name) => join(bare.folder, name));
  await bare.program('bin/apt-get', `[ "$7" = download ] && { echo "$@" > ${asked}; : > x_1.deb; }\nexit 0`);
  const packages =
    'radosgw\nceph-mon\nceph-osd\nceph-base\nceph-common\npython3-ceph-common\nlibrados2\nlibc6';
  await bare.program('bin/apt-cache', `echo '${packages}'`);
  const server = '$3/usr/bin/radosgw';
  await bare.program(
    'bin/dpkg',
    `/bin/mkdir -p "$(/usr/bin/dirname "${server}")" "$3/usr/lib/x86_64-linux-gnu/ceph"
printf '#!/bin/sh\\necho "$LD_LIBRARY_PATH" > ${environment}\\n' > "${server}"; /bin/chmod 755 "${server}"`,
  );
  const root = join(bare.folder, 'cache/radosgw');
  expect(await provideCeph(quiet, bare.machine)).toBe(join(root, 'usr/bin/radosgw'));
  const wanted = ['radosgw', 'ceph-mon', 'ceph-osd', 'ceph-base', 'ceph-common', 'librados2'];
  expect((await readFile(asked, 'utf8')).trim().split(' ').slice(-6)).toEqual(wanted);
  expect(await readFile(environment, 'utf8')).toContain(join(root, 'usr/lib/x86_64-linux-gnu/ceph'));
});
