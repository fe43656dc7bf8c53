import { configDataBucket, latticeDataBucket } from '@wasmlattice/control-interface';
import type { NatsConnection } from 'nats';
import { type Finding, findingsOf } from './finding.js';

const jetstream = findingsOf('jetstream', 'JetStream');
const buckets = findingsOf('buckets', 'buckets of the lattice');

/** What the API of JetStream answered; `undefined`: nothing, or this login may not ask. */
interface ApiAnswer {
  /** Number of an error of the API. */
  readonly error?: number;
  /** By the clock of the server, in ms since the epoch; servers of 2.10 and later tell. */
  readonly serverTime?: number;
}

const streamNotFound = 10_059;
const notEnabledForAccount = 10_039;

export interface JetStreamLook {
  readonly findings: readonly Finding[];
  /** How far the clock of the server is ahead of this one, in ms, if it is told. */
  readonly serverAheadMs?: number | undefined;
}

/** @param hasHosts a host does not start without buckets, so one that runs has them */
export async function lookAtJetStream(options: {
  readonly connection: NatsConnection;
  readonly lattice: string;
  readonly domain: string | undefined;
  readonly timeoutMs: number;
  readonly hasHosts: Promise<boolean>;
}): Promise<JetStreamLook> {
  const { connection, lattice, domain, timeoutMs } = options;
  const api = domain === undefined ? '$JS.API' : `$JS.${domain}.API`;
  const names = [latticeDataBucket(lattice), configDataBucket(lattice)];
  const asked = Date.now();
  const [account, ...streams] = await Promise.all([
    ask(connection, `${api}.INFO`, timeoutMs),
    ...names.map((name) => ask(connection, `${api}.STREAM.INFO.KV_${name}`, timeoutMs)),
  ]);
  const serverTime = streams.find((answer) => answer?.serverTime !== undefined)?.serverTime;
  const hasHosts = await options.hasHosts;
  return {
    serverAheadMs: serverTime === undefined ? undefined : serverTime - (asked + Date.now()) / 2,
    findings: [accountFinding(account, domain, hasHosts), bucketFinding(names, streams, hasHosts)],
  };
}

function accountFinding(
  answer: ApiAnswer | undefined,
  domain: string | undefined,
  hasHosts: boolean,
): Finding {
  const where = domain === undefined ? '' : ` of domain ${domain}`;
  if (answer?.error === notEnabledForAccount) {
    return jetstream.problem(
      'it is off for the account of this login',
      'add `jetstream: enabled` to the account in the configuration of the server',
    );
  }
  if (answer !== undefined) return jetstream.ok(`it answers${where}`);
  if (hasHosts) return jetstream.ok('this login may not ask it; a host runs, which needs it');
  return jetstream.problem(
    `nobody answers for JetStream${where}: it is off, or this login may not ask`,
    'start the server with JetStream: nats-server -js   (hosts of a domain: set WASMCLOUD_JS_DOMAIN)',
  );
}

function bucketFinding(
  names: readonly string[],
  answers: readonly (ApiAnswer | undefined)[],
  hasHosts: boolean,
): Finding {
  const missing = names.filter((_, index) => answers[index]?.error === streamNotFound);
  if (missing.length > 0 && hasHosts) {
    return buckets.problem(
      `${missing.join(' and ')} are gone, though hosts run: links and configs are lost with them`,
      'restart a host, which makes them, and deploy again: wasmlattice app deploy FILE',
    );
  }
  if (missing.length > 0) return buckets.ok('not there yet: the first host makes them');
  if (answers.every((answer) => answer !== undefined)) return buckets.ok(names.join(', '));
  if (hasHosts) return buckets.ok('this login may not look at them; a host runs, which has them');
  return buckets.unknown('JetStream did not answer');
}

async function ask(
  connection: NatsConnection,
  subject: string,
  timeoutMs: number,
): Promise<ApiAnswer | undefined> {
  try {
    const answer: unknown = (await connection.request(subject, undefined, { timeout: timeoutMs })).json();
    if (typeof answer !== 'object' || answer === null) return undefined;
    const { error, ts } = answer as { readonly error?: { readonly err_code?: number }; readonly ts?: string };
    const serverTime = typeof ts === 'string' ? Date.parse(ts) : Number.NaN;
    return {
      ...(error !== undefined && { error: error.err_code ?? 0 }),
      ...(Number.isFinite(serverTime) && { serverTime }),
    };
  } catch {
    return undefined;
  }
}
