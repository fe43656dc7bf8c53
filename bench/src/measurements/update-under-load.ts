import { setTimeout as wait } from 'node:timers/promises';
import { scaleAll } from '../components.js';
import { createGuestFolder, type GuestFile } from '../guests/guest-folder.js';
import { linkHttp, startLattice } from '../lattice.js';
import { type CountedLoad, type LoadCount, startCountedLoad } from '../load/counted-load.js';
import { firstAnswer } from '../load/first-answer.js';
import type { Measurement } from '../measurement.js';
import { serverPort } from '../server-port.js';

const updates = 10;
const requests = 10_000;
const connections = 32;
const deadlineMs = 60_000;

export const updateUnderLoad: Measurement = {
  name: 'update-under-load',
  unit: 'requests',
  better: 'lower',
  target: 0,
  title: `requests lost of ${requests} on ${connections} connections that stay open, with ${updates} updates meanwhile`,
  baseline: '1: the figure stands for itself',
  async measure() {
    await using folder = await createGuestFolder(updates + 1);
    await using lattice = await startLattice(['--cache-dir', folder.cacheDir]);
    const port = await serverPort();
    const [first, ...later] = folder.guests as [GuestFile, ...GuestFile[]];
    const { componentId } = first;
    await linkHttp(lattice, componentId, port);
    await scaleAll(lattice, [{ componentId, componentRef: first.componentRef, maxInstances: connections }]);
    await firstAnswer(port, deadlineMs);

    await using load = await startCountedLoad({ port, connections });
    for (const [index, { componentRef, greeting }] of later.entries()) {
      await untilCounted(load, (requests * (index + 0.5)) / updates);
      await lattice.control.updateComponent(lattice.hostId, { componentId, newComponentRef: componentRef });
      await untilGreeted(port, greeting);
    }
    const { answered, lost } = await untilCounted(load, requests);
    return { value: lost, baseline: 1, note: `${answered + lost} requests` };
  },
};

/** Resolves once so many requests were answered or lost. */
async function untilCounted(load: CountedLoad, least: number): Promise<LoadCount> {
  for (const deadline = performance.now() + deadlineMs; ; await wait(1)) {
    const count = await load.count();
    if (count.answered + count.lost >= least) return count;
    if (performance.now() > deadline) throw new Error(`only ${count.answered} requests were answered`);
  }
}

/** Resolves once the component answers so, on a connection of its own: the update is through. */
async function untilGreeted(port: number, greeting: string): Promise<void> {
  for (const deadline = performance.now() + deadlineMs; ; await wait(1)) {
    const response = await fetch(`http://127.0.0.1:${port}/`, { headers: { connection: 'close' } });
    const text = await response.text();
    if (response.status !== 200)
      throw new Error(`amid an update, the status was ${response.status}: ${text}`);
    if (text === greeting) return;
    if (performance.now() > deadline)
      throw new Error(`after an update, ${JSON.stringify(text)} still answers`);
  }
}
