import { randomUUID } from 'node:crypto';
import { copyFile, rename, rm } from 'node:fs/promises';
import { resolve } from 'node:path';
import { isProviderArchive } from '@wasmlattice/artifacts';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { readGlobalOptions } from '../global-options.js';
import { jsonDocument } from '../output/json.js';
import { addOutputOption } from '../output-option.js';
import { isComponent, pullArtifact } from '../pull-artifact.js';
import { addRegistryOptions, type RegistryOptions, readReference } from '../registry-options.js';

interface PullOptions extends RegistryOptions {
  readonly destination?: string;
  readonly digest?: string;
}

export function addPull(program: Command, io: CliIo): void {
  const command = addOutputOption(program.command('pull'))
    .description('Pull a component or a provider archive from an OCI registry')
    .argument('<url>', 'its reference, REGISTRY/NAME:TAG or REGISTRY/NAME@DIGEST')
    .option('--destination <file>', 'where to write it (default: its name with .wasm or .par.gz)')
    .option('-d, --digest <digest>', 'digest that its manifest must have');
  addRegistryOptions(command).action(async (url: string, options: PullOptions, self: Command) => {
    const { output } = readGlobalOptions(self, io);
    const reference = readReference(url, options, io, 'Pulling');
    const pulled = await pullArtifact(reference, options, io);
    const extension = await extensionOf(pulled.path, reference);
    const name = /([^/:@]+)(:[^/]*)?(@.*)?$/.exec(reference)?.[1] ?? 'artifact';
    const file = options.destination ?? `${name}${extension}`;
    await copy(io, pulled.path, file);
    io.out(
      output === 'json'
        ? jsonDocument({ success: true, file, digest: pulled.digest })
        : `Successfully pulled and validated ${file}\n`,
    );
  });
}

async function extensionOf(path: string, reference: string): Promise<string> {
  if (await isComponent(path)) return '.wasm';
  if (await isProviderArchive(path)) return '.par.gz';
  throw new CliError(
    `\`${reference}\` is neither a component nor a provider archive`,
    'check what was pushed there; nothing was written',
  );
}

/** At once or not at all: the file that was there may be the only copy. */
async function copy(io: CliIo, from: string, file: string): Promise<void> {
  const path = resolve(io.cwd, file);
  const draft = `${path}.${randomUUID()}.part`;
  try {
    await copyFile(from, draft);
    await rename(draft, path);
  } catch (cause) {
    await rm(draft, { force: true });
    throw new CliError(
      `the file \`${file}\` can't be written: ${(cause as NodeJS.ErrnoException).code ?? String(cause)}`,
      'check that its folder is there and that you may write to it',
      { cause },
    );
  }
}
