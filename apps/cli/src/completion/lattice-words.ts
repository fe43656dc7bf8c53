import { configDataBucket } from '@wasmlattice/control-interface';
import { whatRunsAtOnce } from '../control/what-runs.js';
import type { LatticeSession } from '../lattice-session.js';
import type { LatticeWordKind } from './dynamic-words.js';

/** How long hosts may take to answer, in ms: somebody waits with a finger on a key. */
const answerMs = 300;

/** What cannot be taken for anything else in a command line, whatever a lattice holds. */
const plainWord = /^[\w][\w./:@=+-]*$/;

/** Names of things in a lattice. */
export async function latticeWords(
  kind: LatticeWordKind,
  session: LatticeSession,
): Promise<readonly string[]> {
  const words = await wordsOf(kind, session);
  return [...new Set(words)].filter((word) => plainWord.test(word)).sort();
}

async function wordsOf(kind: LatticeWordKind, session: LatticeSession): Promise<readonly string[]> {
  switch (kind) {
    case 'host':
      return (await session.client.ping({ timeoutMs: answerMs })).map(({ friendlyName }) => friendlyName);
    case 'component':
    case 'provider':
    case 'workload':
      return await workloads(kind, session);
    case 'config':
    case 'secret':
      return await configNames(kind, session);
  }
}

async function workloads(
  kind: 'component' | 'provider' | 'workload',
  { client }: LatticeSession,
): Promise<readonly string[]> {
  const inventories = await whatRunsAtOnce(client);
  return inventories.flatMap(({ components, providers }) => [
    ...(kind === 'provider' ? [] : components.map(({ id }) => id)),
    ...(kind === 'component' ? [] : providers.map(({ id }) => id)),
  ]);
}

/** References to secrets are configs with a prefix. */
const secretPrefix = 'SECRET_';

async function configNames(
  kind: 'config' | 'secret',
  { connection, lattice }: LatticeSession,
): Promise<readonly string[]> {
  const bucket = configDataBucket(lattice);
  const request = JSON.stringify({ subjects_filter: `$KV.${bucket}.>` });
  const answer = await connection.request(`$JS.API.STREAM.INFO.KV_${bucket}`, request, { timeout: answerMs });
  const { state } = answer.json<{ readonly state?: { readonly subjects?: object } }>();
  const names = Object.keys(state?.subjects ?? {}).map((subject) => subject.slice(`$KV.${bucket}.`.length));
  return kind === 'secret'
    ? names.filter((name) => name.startsWith(secretPrefix)).map((name) => name.slice(secretPrefix.length))
    : names.filter((name) => !name.startsWith(secretPrefix));
}
