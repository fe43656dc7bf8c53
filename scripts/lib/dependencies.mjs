import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { SetupError } from './errors.mjs';
import { root } from './paths.mjs';
import { run } from './run.mjs';
import { hasToolchain, quietEnvironment } from './toolchain.mjs';

/** What was installed last, beside what was installed: deleting `node_modules` deletes both. */
const stampFile = join(root, 'node_modules/.wasmlattice-installed');

/** Installs the workspace's dependencies with pnpm, Node.js 26 among them, unless that is already done. */
export async function installDependencies(progress) {
  const wanted = dependencyHash();
  if (isInstalled(wanted)) return;
  await progress.step('Installing dependencies with pnpm', async (report) => {
    const args = [
      '-y',
      'pnpm@12',
      'install',
      '--config.confirm-modules-purge=false',
      '--reporter=append-only',
    ];
    const env = await withCertificates(quietEnvironment());
    const result = await run('npx', args, { cwd: root, env, onLine: report });
    if (result.code !== 0) throw new SetupError(installFailure(result));
    if (!hasToolchain()) {
      throw new SetupError(
        'pnpm installed the dependencies, but Node.js 26 is not at node_modules/node/bin/node.\n' +
          'Its install script may have been blocked; delete node_modules and try again.',
      );
    }
    await mkdir(dirname(stampFile), { recursive: true });
    await writeFile(stampFile, wanted);
  });
}

function isInstalled(wanted) {
  return hasToolchain() && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === wanted;
}

/** Changes whenever an install could have something to do. */
function dependencyHash() {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  for (const file of ['pnpm-lock.yaml', 'pnpm-workspace.yaml', 'package.json']) {
    hash.update(readFileSync(join(root, file)));
  }
  return hash.digest('hex');
}

function installFailure({ code, signal, output }) {
  const tail = output.trimEnd().split('\n').slice(-25).join('\n');
  return `${tail}\n\nInstalling the dependencies failed (${signal ?? `exit code ${code ?? 'none'}`}). It needs npm on the PATH and the npm registry.`;
}

/**
 * Behind a proxy with a certificate authority of its own, npm may have been told of it (`cafile`) where pnpm does not
 * look. Node.js hands it on.
 */
async function withCertificates(env) {
  if (env.NODE_EXTRA_CA_CERTS) return env;
  const { code, output } = await run('npm', ['config', 'get', 'cafile'], { cwd: root, env });
  const file = output.trim().split('\n').pop();
  return code === 0 && file && existsSync(file) ? { ...env, NODE_EXTRA_CA_CERTS: file } : env;
}
