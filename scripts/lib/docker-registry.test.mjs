import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { provideDockerRegistry } from './docker-registry.mjs';

const quiet = { step: (_title, work) => work(() => {}) };

let folder;
let machine;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'docker-registry-'));
  await mkdir(join(folder, 'bin'));
  machine = {
    env: { PATH: join(folder, 'bin'), WASMLATTICE_CACHE: join(folder, 'cache') },
    platform: 'linux',
    isRoot: false,
    hasSystemd: false,
    folders: [],
  };
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function program(name, text) {
  const path = join(folder, 'bin', name);
  await writeFile(path, `#!/bin/sh\n${text}\n`);
  await chmod(path, 0o755);
  return path;
}

test('a registry on the PATH is used', async () => {
  const path = await program('docker-registry', 'echo docker-registry 2.8.2');
  expect(await provideDockerRegistry(quiet, machine)).toBe(path);
});

test('a user without rights unpacks the package of its name into the cache', async () => {
  await program(
    'apt-get',
    'for last; do :; done\n[ "$last" = docker-registry ] && : > docker-registry_2.8.2_amd64.deb\nexit 0',
  );
  await program(
    'dpkg',
    '/bin/mkdir -p "$3/usr/bin"; printf "#!/bin/sh\\n" > "$3/usr/bin/docker-registry"; /bin/chmod 755 "$3/usr/bin/docker-registry"',
  );
  expect(await provideDockerRegistry(quiet, machine)).toBe(
    join(folder, 'cache/docker-registry/usr/bin/docker-registry'),
  );
});

test('where no package manager has it, the message says where it is and which variable to set', async () => {
  machine.platform = 'darwin';
  await expect(provideDockerRegistry(quiet, machine)).rejects.toThrow(
    /distribution\/releases[\s\S]*DOCKER_REGISTRY_BIN/,
  );
});
