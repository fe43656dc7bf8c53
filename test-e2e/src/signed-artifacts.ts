import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { providerTarget, writeProviderArchive } from '@wasmlattice/artifacts';
import { createSigningKey, type SigningKey, signComponent } from '@wasmlattice/identity';

/** An artifact on disk whose token names this key. */
export interface SignedArtifact {
  readonly path: string;
  readonly publicKey: string;
}

const issuedAt = (): number => Math.trunc(Date.now() / 1_000) - 60;

/** Signs a component into `folder`. */
export async function signedComponent(
  wasm: string,
  folder: string,
  account: SigningKey<'account'>,
): Promise<SignedArtifact> {
  const { publicKey } = createSigningKey('module');
  const content = { subject: publicKey, metadata: { provider: false }, issuedAt: issuedAt() };
  const { bytes } = await signComponent(await readFile(wasm), content, account);
  const path = join(folder, `${publicKey}.wasm`);
  await writeFile(path, bytes);
  return { path, publicKey };
}

/** An archive, in `folder`, of a provider that Node.js runs. */
export async function signedProvider(
  script: string,
  folder: string,
  account: SigningKey<'account'>,
): Promise<SignedArtifact> {
  const { publicKey } = createSigningKey('service');
  const program = Buffer.from(`#!/bin/sh\nexec '${process.execPath}' '${script}'\n`);
  const programs = new Map([[providerTarget(process.arch, process.platform), program]]);
  const metadata = { name: 'secretive', vendor: 'tests' };
  const { bytes } = await writeProviderArchive(
    { programs, metadata, subject: publicKey, issuedAt: issuedAt() },
    account,
  );
  const path = join(folder, `${publicKey}.par`);
  await writeFile(path, bytes);
  await chmod(path, 0o644);
  return { path, publicKey };
}
