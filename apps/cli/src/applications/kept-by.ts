import type { ToldStatus } from '@wasmlattice/applications';
import { type LeaseRecord, readLease } from '@wasmlattice/reconciler';
import type { JetStreamClient } from 'nats';
import type { LatticeCommand } from '../command.js';
import { jetstreamOptions } from '../global-options.js';
import type { Applications } from './applications.js';

/** Who keeps an application, and what of late explains its status: a line for each. */
export async function keptBy(
  { kind }: Applications,
  { keeper }: ToldStatus,
  { connection, lattice, options }: LatticeCommand,
): Promise<readonly string[]> {
  if (kind === 'direct') {
    const jetstream = connection.jetstream(jetstreamOptions(options));
    return [await keptByNobody(jetstream, lattice)];
  }
  if (keeper === undefined) return ['kept by a wadm: hosts of ours stand aside'];
  const { host, notes, reason, since, waitsFor } = keeper;
  return [
    `kept by host ${host} since ${since}: ${reason}`,
    ...(waitsFor === undefined ? [] : [`now: ${waitsFor}`]),
    // How it came to keep them is said above.
    ...notes.filter(({ at }) => at !== since).map(({ at, message }) => `${at}: ${message}`),
  ];
}

/** Why nobody answers the API. */
async function keptByNobody(jetstream: JetStreamClient, lattice: string): Promise<string> {
  const nobody = 'kept by nobody: what fails, or dies with its host, is not started again';
  let lease: LeaseRecord | undefined;
  try {
    lease = await readLease(jetstream, lattice);
  } catch {
    return nobody;
  }
  if (lease === undefined) return `${nobody}; start a host with --reconcile`;
  return lease.holder === undefined
    ? `${nobody}; the host that did gave it up, and no other has --reconcile`
    : `${nobody}; host ${lease.holder} is to, but does not answer: it died, begins, or stands aside for a wadm; look at its log`;
}
