import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from '../paths.mjs';
import { run } from '../run.mjs';
import { quietEnvironment } from '../toolchain.mjs';
import { readmeOf } from './readme-samples.mjs';

/** The component that samples serve as `hello.wasm`. */
export const helloComponent = join(root, 'examples/http-hello/dist/http-hello.wasm');

/** What npm is told in every folder: ours come from `registry`, others as the user has it. */
export const npmArguments = (registry) => [
  `--@wasmlattice:registry=${registry.url}`,
  '--engine-strict',
  '--prefer-offline',
  '--no-audit',
  '--no-fund',
];

/**
 * Installs one packed package into an empty folder by what its README says, imports each entry of its exports, runs its sample, and asks
 * its programs for help. Resolves to what failed, one text each.
 */
export async function loneInstallProblems({ manifest, files }, { registry, natsUrl, env }) {
  const folder = await mkdtemp(join(tmpdir(), 'wasmlattice-alone-'));
  const runHere = (command, args) =>
    run(command, args, { cwd: folder, env: { ...quietEnvironment(env), NATS_URL: natsUrl, NO_COLOR: '1' } });
  try {
    await writeFile(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
    const readme = readmeOf(manifest.name, files.get('README.md').toString(), { natsUrl });
    const installed = await runHere('npm', ['install', ...npmArguments(registry), ...readme.install]);
    if (installed.code !== 0) return [`npm install ${readme.install.join(' ')} fails:\n${installed.output}`];

    const problems = [];
    const expect = async (what, command, args, isRight = ({ code }) => code === 0) => {
      const result = await runHere(command, args);
      if (!isRight(result)) problems.push(`${what} ends with ${result.code}:\n${result.output}`);
    };
    await writeFile(join(folder, 'entries.js'), importer(manifest));
    await expect('importing its entries', 'node', ['entries.js']);
    if (readme.sample !== undefined) {
      await writeFile(join(folder, 'sample.ts'), readme.sample);
      await copyFile(helloComponent, join(folder, 'hello.wasm'));
      await expect('the sample of its README', 'node', ['sample.ts']);
    }
    for (const program of Object.keys(manifest.bin ?? {})) {
      const path = join(folder, 'node_modules/.bin', program);
      if (manifest.name.startsWith('@wasmlattice/provider-'))
        await expect(program, path, [], saysWhoStartsIt);
      else await expect(`${program} --help`, path, ['--help']);
    }
    return problems;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A provider has no help: it loads, and finds that no host is there. */
const saysWhoStartsIt = ({ output }) => output.includes('a provider is started by a host');

/** A program that imports each entry; one that misses an optional peer of the package is as it should be. */
function importer({ name, exports = {}, peerDependenciesMeta = {} }) {
  const entries = Object.entries(exports)
    .filter(([entry, target]) => !entry.endsWith('.json') && target.default !== undefined)
    .map(([entry]) => `${name}${entry.slice(1)}`);
  return `
const optional = ${JSON.stringify(Object.keys(peerDependenciesMeta))};
for (const entry of ${JSON.stringify(entries)}) {
  try {
    await import(entry);
  } catch (error) {
    const isOptional = optional.some((peer) => error.message.includes(\`Cannot find package '\${peer}'\`));
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || !isOptional) throw new Error(\`cannot import \${entry}\`, { cause: error });
  }
}
process.exit();
`;
}
