import { appendFile, copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '@wasmlattice/test-support';
import { artifacts } from '../lattice.js';
import { startFront, startFrontLoad, untilAnswered } from '../load/retrying-front.js';
import type { Measurement } from '../measurement.js';
import {
  component,
  cpuSeconds,
  deploy,
  hostCount,
  httpServer,
  startReconciledLattice,
  untilRunning,
} from '../reconciled-lattice.js';

const componentCount = 100;

export const repair: Measurement = {
  name: 'repair',
  unit: 's',
  better: 'lower',
  target: 1,
  title: `seconds from kill -9 of one of ${hostCount} hosts until ${componentCount} components of 12.8 MB, no two alike, all run on the others`,
  baseline: '10 s',
  async measure() {
    await using hosts = await startReconciledLattice();
    const images = await distinctImages(hosts.folder);
    await deploy(hosts.connection, 'many', [
      ...images.map((image, number) => component(`each${number}`, image, 1)),
    ]);
    await untilRunning(hosts.control, componentCount);
    const dying = await hosts.kill();
    const left = hosts.all.filter((each) => each !== dying);
    const cpuBefore = await cpuSeconds(left);
    const from = performance.now();
    await untilRunning(hosts.control, componentCount);
    const seconds = (performance.now() - from) / 1_000;
    const cpu = (await cpuSeconds(left)) - cpuBefore;
    return {
      value: seconds,
      baseline: 10,
      note: `the other hosts computed ${cpu.toFixed(1)} s meanwhile, all their threads together`,
    };
  },
};

export const repairLost: Measurement = {
  name: 'repair-lost',
  unit: '%',
  better: 'lower',
  target: 1,
  title: `requests lost behind a front that tries each up to ${hostCount} times, while one of ${hostCount} hosts is killed and its work runs elsewhere`,
  baseline: '0.2 %',
  async measure() {
    await using hosts = await startReconciledLattice();
    const ports = await Promise.all(hosts.all.map(() => freePort()));
    await deploy(hosts.connection, 'shop', [
      component('web', `file://${artifacts.hello}`, 12),
      ...ports.map((port, number) => httpServer(number, port)),
    ]);
    await untilRunning(hosts.control, 12);
    await using front = await startFront(ports);
    await Promise.all(ports.map(untilAnswered));
    const load = startFrontLoad(front.port, 16);
    await load.answers(500);
    await hosts.kill();
    await untilRunning(hosts.control, 12);
    await load.answers(2_000);
    const { lost, sent } = await load.end();
    return {
      value: (lost.length / sent) * 100,
      baseline: 0.2,
      note: [`${lost.length} of ${sent} requests were lost`, ...lost.slice(0, 5)].join('; '),
    };
  },
};

/** Copies of one component, each with a custom section of its own at its end. */
async function distinctImages(folder: string): Promise<string[]> {
  const images: string[] = [];
  for (let number = 0; number < componentCount; number++) {
    const file = join(folder, `${number}.wasm`);
    await copyFile(artifacts.hello, file);
    const name = Buffer.from(`number-${String(number).padStart(4, '0')}`);
    await appendFile(file, Buffer.concat([Buffer.from([0, name.length + 1, name.length]), name]));
    images.push(`file://${file}`);
  }
  return images;
}
