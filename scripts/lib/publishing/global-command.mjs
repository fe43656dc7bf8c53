import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { freePort, startChild } from '@wasmlattice/test-support';
import { writeManifestWithAddress } from '../../demo/manifest.mjs';
import { root } from '../paths.mjs';
import { run } from '../run.mjs';
import { quietEnvironment } from '../toolchain.mjs';
import { npmArguments } from './lone-install.mjs';

const example = join(root, 'examples/http-hello');

/**
 * Installs the packed command line with `npm install --global` below a folder and uses it as somebody who has nothing else of ours: asks its
 * version, starts a host, deploys an example, and gets its answer. Resolves to what failed, one text each.
 */
export async function globalCommandProblems({ manifest }, { registry, natsUrl, env }) {
  const prefix = await mkdtemp(join(tmpdir(), 'wasmlattice-global-'));
  const theirs = {
    ...quietEnvironment(env),
    HOME: prefix,
    PATH: [join(prefix, 'bin'), env.PATH].join(delimiter),
  };
  const wasmlattice = (...args) => run('wasmlattice', args, { cwd: prefix, env: theirs });
  try {
    const { bin, name, version } = manifest;
    // With the user's own home: there is the cache of npm.
    const args = ['install', '--global', '--prefix', prefix, ...npmArguments(registry), name];
    const installed = await run('npm', args, { cwd: prefix, env: quietEnvironment(env) });
    if (installed.code !== 0) return [`npm install --global ${name} fails:\n${installed.output}`];

    const told = await wasmlattice('--version');
    if (!told.output.includes(version))
      return [`${Object.keys(bin)[0]} --version says ${told.output} in place of ${version}`];

    await using host = startChild('wasmlattice', ['--nats-url', natsUrl, 'up'], theirs, { cwd: prefix });
    await host.waitForLine(/host started/);
    const address = `127.0.0.1:${await freePort()}`;
    const application = await writeManifestWithAddress(
      join(example, 'wadm.yaml'),
      join(prefix, 'wadm.yaml'),
      address,
    );
    const deployed = await wasmlattice('--nats-url', natsUrl, 'app', 'deploy', application);
    if (deployed.code !== 0) return [`app deploy fails:\n${deployed.output}\n${host.output()}`];
    const answer = await fetch(`http://${address}/`);
    if (!answer.ok) return [`the example answers ${answer.status}: ${await answer.text()}`];
    host.signal('SIGTERM');
    const code = await host.exited;
    return code === 0 ? [] : [`the host ends with ${code}:\n${host.output()}`];
  } finally {
    await rm(prefix, { recursive: true, force: true });
  }
}
