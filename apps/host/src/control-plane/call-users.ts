import { readFile } from 'node:fs/promises';
import { connectionSettings, type LatticeConnectionSettings } from '@wasmlattice/lattice-connection';
import { createLatticeUser, keyPairFromSeed } from '@wasmlattice/nats-access';
import type { HostConfig } from '../config.js';

/** How what runs outside of the host's process connects for its calls; with credentials, for nobody else to see. */
export interface CallUsers {
  /** @throws SubjectNameError for an id that can't be part of a subject */
  provider(id: string): LatticeConnectionSettings;
  /** @throws SubjectNameError for an id that can't be part of a subject */
  component(id: string): LatticeConnectionSettings;
}

/** The file of `--rpc-account-seed-file` can't be read or holds no seed of an account. */
export class AccountSeedError extends Error {
  override readonly name = 'AccountSeedError';
}

/**
 * With the seed of the account, each provider and component gets a user of its own, who can be no other; without, those that the
 * configuration names, or the host's.
 *
 * @throws AccountSeedError, NatsCredentialsError
 */
export async function createCallUsers(config: Pick<HostConfig, 'lattice' | 'nats'>): Promise<CallUsers> {
  const { lattice, nats } = config;
  const provider = await connectionSettings('rpc', nats.provider, '--provider-creds');
  const component = await connectionSettings('rpc', nats.isolated, '--isolated-creds');
  if (nats.accountSeedFile === undefined) return { provider: () => provider, component: () => component };

  const account = await readAccountKey(nats.accountSeedFile);
  const userOf = (
    server: LatticeConnectionSettings,
    ...[role, options]: [Parameters<typeof createLatticeUser>[0], Parameters<typeof createLatticeUser>[2]]
  ): LatticeConnectionSettings => {
    const { inboxPrefix, jwt, seed } = createLatticeUser(role, account, options);
    return { ...server, credentials: { jwt, seed }, inboxPrefix };
  };
  const applicationSubjects = nats.providerSubjects;
  return {
    provider: (id) => userOf(provider, 'provider', { lattice, id, applicationSubjects }),
    component: (id) => userOf(component, 'component', { lattice, id }),
  };
}

async function readAccountKey(file: string) {
  const refuse = (problem: string, cause?: unknown): AccountSeedError =>
    new AccountSeedError(`${file} of --rpc-account-seed-file ${problem}`, { cause });
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw refuse("can't be read", cause);
  });
  const seed = text.trim();
  try {
    if (seed.startsWith('SA')) return keyPairFromSeed(seed);
  } catch {
    // The error of the library quotes nothing, and tells nothing.
  }
  throw refuse('holds no seed of an account: 58 characters beginning with `SA`');
}
