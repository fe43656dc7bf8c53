import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import {
  checkImports,
  checkServing,
  type Manifest,
  pathOfImage,
  planDeploy,
  readLattice,
  resolveImage,
} from '@wasmlattice/applications';
import { describeError } from '@wasmlattice/telemetry';
import { readComponentTypes } from '@wasmlattice/wasm-runtime/engines';
import type { Command } from 'commander';
import { CliError } from '../cli-error.js';
import type { CliIo } from '../cli-io.js';
import { onLattice } from '../command.js';
import { startsLikeComponent } from '../component-magic.js';
import { exitCodes } from '../exit-codes.js';
import { addGlobalOptions } from '../global-options.js';
import type { ApplicationOptions } from './application.js';
import { addApplicationOptions, carryOut, readApplicationOptions, readManifest } from './application.js';

export function addAppDeploy(parent: Command, io: CliIo): void {
  addApplicationOptions(addGlobalOptions(parent.command('deploy')))
    .description('Bring the lattice to the state an application manifest describes, and wait until it is')
    .argument('<file>', 'application manifest in wadm format (YAML or JSON)')
    .action(async (file: string, own: ApplicationOptions, command: Command) => {
      const settings = readApplicationOptions(own);
      const { folder, manifest } = await readManifest(file, io);
      const digests = await checkLocalImages(manifest, folder, io);
      await onLattice(command, io, async (session) => {
        const lattice = await readLattice(session.client, { ...session.options, signal: io.signal });
        const plan = planDeploy(manifest, folder, lattice, { digests });
        await carryOut(plan, session, settings, `deployed ${manifest.name}`, () =>
          checkServing(plan, {
            client: session.client,
            hostIds: lattice.hosts.map(({ hostId }) => hostId),
            requestTimeoutMs: session.options.timeoutMs,
            outcomeTimeoutMs: settings.waitMs,
            signal: io.signal,
          }),
        );
      });
    });
}

/**
 * A missing file and a link that its component can't use are told before anything is changed.
 *
 * @returns the SHA-256 of each local image, by the name of its component
 */
async function checkLocalImages(
  manifest: Manifest,
  folder: string,
  io: CliIo,
): Promise<ReadonlyMap<string, string>> {
  const digests = new Map<string, string>();
  for (const component of manifest.components) {
    const { kind, name, source } = component;
    if (source.kind !== 'image') continue;
    const { image, localFile } = resolveImage(source.image, folder);
    const bytes =
      localFile === undefined
        ? await readIfHere(pathOfImage(image))
        : await readImage(name, source.image, localFile);
    if (bytes === undefined) continue;
    digests.set(name, `sha256:${hash('sha256', bytes)}`);
    if (kind !== 'component' || component.links.length === 0 || !startsLikeComponent(bytes)) continue;
    const { refusals, warnings } = checkImports(component, await importsOf(bytes, name));
    for (const warning of warnings) io.err(`warning: ${warning}\n`);
    const [refusal] = refusals;
    if (refusal !== undefined) {
      throw new CliError(refusal, 'correct the link in the manifest: nothing was deployed', {
        exitCode: exitCodes.usage,
      });
    }
  }
  return digests;
}

async function readImage(name: string, image: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new CliError(
      `the image of \`${name}\`, ${image}, is not there: ${file}`,
      'build it first, or correct `properties.image`',
      { cause, exitCode: exitCodes.usage },
    );
  }
}

/** A file by its absolute path may be one of the hosts' machines alone. */
async function readIfHere(path: string | undefined): Promise<Buffer | undefined> {
  try {
    return path === undefined ? undefined : await readFile(path);
  } catch {
    return undefined;
  }
}

async function importsOf(bytes: Uint8Array, name: string): Promise<ReadonlySet<string>> {
  try {
    const { imports } = await readComponentTypes(bytes, name);
    return new Set(imports.map((each) => (each.implements ?? each.id).replace(/@.*$/, '')));
  } catch (cause) {
    throw new CliError(
      `the image of \`${name}\` can't run: ${describeError(cause)}`,
      '`wasmlattice inspect` tells more',
      { cause },
    );
  }
}
