import { join } from 'node:path';
import { expect, test } from 'vitest';
import { provideDockerRegistry } from './docker-registry.mjs';
import { bareMachine, quiet } from './testing/bare-machine.mjs';

const bare = bareMachine();

test('a registry on the PATH is used', async () => {
  const path = await bare.program('bin/docker-registry', 'echo docker-registry 2.8.2');
  expect(await provideDockerRegistry(quiet, bare.machine)).toBe(path);
});

test('a user without rights unpacks the package of its name into the cache', async () => {
  await bare.program(
    'bin/apt-get',
    'for last; do :; done\n[ "$last" = docker-registry ] && : > docker-registry_2.8.2_amd64.deb\nexit 0',
  );
  await bare.program(
    'bin/dpkg',
    '/bin/mkdir -p "$3/usr/bin"; printf "#!/bin/sh\\n" > "$3/usr/bin/docker-registry"; /bin/chmod 755 "$3/usr/bin/docker-registry"',
  );
  expect(await provideDockerRegistry(quiet, bare.machine)).toBe(
    join(bare.folder, 'cache/docker-registry/usr/bin/docker-registry'),
  );
});

test('where no package manager has it, the message says where it is and which variable to set', async () => {
  bare.machine.platform = 'darwin';
  await expect(provideDockerRegistry(quiet, bare.machine)).rejects.toThrow(
    /distribution\/releases[\s\S]*DOCKER_REGISTRY_BIN/,
  );
});
