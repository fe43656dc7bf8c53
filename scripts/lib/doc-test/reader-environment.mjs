import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { root } from '../paths.mjs';
import { node26, toolEnvironment } from '../toolchain.mjs';

const programs = { wasmlattice: 'apps/cli/dist/main.js', 'wasmlattice-host': 'apps/host/dist/main.js' };

/** What pages need of curl: not every machine has it. */
const curl = `#!${node26}
const url = process.argv.at(-1);
const [range, first = 1, last = 1] = /\\[(\\d+)-(\\d+)\\]/.exec(url) ?? [];
for (let number = Number(first); number <= Number(last); number++) {
  const response = await fetch(range === undefined ? url : url.replace(range, number));
  if (!response.ok && process.argv.includes('--fail')) process.exitCode = 22;
  else process.stdout.write(await response.text());
}
`;

/** The environment of a reader who has installed our programs, as they are built here, and a NATS server; `folder` is for the programs. */
export async function readerEnvironment(folder, { natsServer, env = process.env } = {}) {
  await mkdir(folder, { recursive: true });
  for (const [name, path] of Object.entries(programs)) {
    const file = join(folder, name);
    await writeFile(file, `#!/bin/sh\nexec '${node26}' '${join(root, path)}' "$@"\n`);
    await chmod(file, 0o755);
  }
  await writeFile(join(folder, 'curl'), curl);
  await chmod(join(folder, 'curl'), 0o755);
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
  const own = toolEnvironment({ env });
  const others = Object.entries(own).filter(
    ([name]) => name === 'WASMLATTICE_CACHE' || !/^((WASMCLOUD|WASMLATTICE|OTEL)_|HOME$|XDG_)/.test(name),
  );
  const path = [folder, ...(natsServer === undefined ? [] : [dirname(natsServer)]), own.PATH];
  return { ...Object.fromEntries(others), PATH: path.join(delimiter), NO_COLOR: '1' };
}
