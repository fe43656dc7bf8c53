import { join } from 'node:path';
import { expect, test } from 'vitest';
import { provideNode26 } from './node26.mjs';
import { bareMachine, quiet } from './testing/bare-machine.mjs';

const bare = bareMachine();

const lacks = (file) =>
  `[ -e ${file} ] || { echo "error while loading shared libraries: libatomic.so.1: cannot open" >&2; exit 127; }`;
const put = (path) => `/bin/mkdir -p "$(/usr/bin/dirname "${path}")"; : > "${path}"`;

const provide = (node) => provideNode26(quiet, { node, machine: bare.machine });

test('a Node.js that runs needs nothing', async () => {
  await provide(await bare.program('node/bin/node', 'echo v26'));
});

test('root installs the library that it lacks', async () => {
  bare.machine.isRoot = true;
  const library = join(bare.folder, 'lib/libatomic.so.1');
  await bare.program('bin/apt-get', `[ "$4" = libatomic1 ] && ${put(library)}`);
  await provide(await bare.program('node/bin/node', lacks(library)));
});

test('for another user it looks for the library beside itself', async () => {
  const node = await bare.program('node/bin/node', 'echo libatomic.so.1: not found >&2; exit 127');
  const linked = await bare.program('linked', lacks(join(bare.folder, 'node/lib/libatomic.so.1')));
  const patchelf = `[ "$2" = '$ORIGIN/../lib' ] && /bin/cp ${linked} "$4"`;
  await bare.program('patchelf', patchelf);
  await bare.program(
    'bin/apt-get',
    'for last; do :; done\n[ "$last" = patchelf ] && : > patchelf.deb\nexit 0',
  );
  await bare.program(
    'bin/dpkg',
    `${put('$3/usr/lib/x86_64-linux-gnu/libatomic.so.1')}; /bin/mkdir -p $3/usr/bin; /bin/cp ${join(bare.folder, 'patchelf')} $3/usr/bin/`,
  );
  await provide(node);
});

test('without any way to get the library, the message says what to install', async () => {
  const node = await bare.program('node/bin/node', lacks('/absent'));
  await expect(provide(node)).rejects.toThrow(/without libatomic\.so\.1[\s\S]*apt-get install libatomic1/);
});

test('a way that brings nothing is named, with what came of it', async () => {
  bare.machine.isRoot = true;
  await bare.program('bin/apt-get', 'echo "E: Unable to locate package"; exit 100');
  const node = await bare.program('node/bin/node', lacks('/absent'));
  await expect(provide(node)).rejects.toThrow(/apt-get install: .*E: Unable to locate package/);
});

test('a Node.js that fails for another reason says it', async () => {
  const node = await bare.program('node/bin/node', 'echo "GLIBC_2.38 not found"; exit 1');
  await expect(provide(node)).rejects.toThrow('Node.js 26 does not run:\nGLIBC_2.38 not found');
});
