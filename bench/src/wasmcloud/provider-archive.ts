import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { providerTarget, writeProviderArchive } from '@wasmlattice/artifacts';
import { createSigningKey } from '@wasmlattice/identity';

/**
 * Packs a program as hosts of both kinds take it.
 *
 * @returns the reference of its archive, a file in `folder`
 */
export async function packProvider(folder: string, name: string, program: Uint8Array): Promise<string> {
  const target = providerTarget(process.arch, process.platform);
  const { bytes } = await writeProviderArchive(
    {
      programs: new Map([[target, program]]),
      world: undefined,
      metadata: {
        name,
        vendor: 'bench',
        revision: undefined,
        version: undefined,
        configSchema: undefined,
      },
      subject: createSigningKey('service').publicKey,
      issuedAt: Math.floor(Date.now() / 1000),
    },
    createSigningKey('account'),
    { compress: true },
  );
  const file = join(folder, `${name}.par.gz`);
  await writeFile(file, bytes);
  return `file://${file}`;
}

/** A program that runs a script by the Node.js that runs this. */
export function launcherOf(script: string): Uint8Array {
  return Buffer.from(`#!/bin/sh\nexec '${process.execPath}' '${script}'\n`);
}
