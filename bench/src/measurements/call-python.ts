import { pythonGreet } from '@wasmlattice/example-gallery';
import { startWasmtimeGreet } from '../baselines/wasmtime-greet.js';
import { type EngineGuest, startEngineGuest } from '../engine-guest.js';
import { galleryGuest } from '../guests/gallery-guest.js';
import type { Measured, Measurement } from '../measurement.js';
import { median } from '../median.js';
import { medianOfRounds } from '../rounds.js';

const rounds = 5;

/** Of each round. */
const calls = { ours: 1_000, wasmtime: 200 };

/** What a call of the same guest in wasmtime 50 takes on a machine of two cores. */
const knownBaselineMs = 1.8;

export const callPython: Measurement = {
  name: 'call-python',
  unit: 'ms',
  better: 'lower',
  target: 0.083,
  title:
    'a call of greet(name: string) -> string of a Python guest of 18 MB, in the engine, with fresh state',
  baseline: 'the same in wasmtime, a new instance for each call',
  async measure() {
    const greet = await galleryGuest(pythonGreet, 'greet');
    return 'skipped' in greet ? greet : await measureFile(greet.file);
  },
};

async function measureFile(file: string): Promise<Measured> {
  await using guest = await startEngineGuest({ file });
  await callMs(guest, calls.ours);
  const wasmtime = await startWasmtimeGreet(file);
  if ('skipped' in wasmtime) {
    const ours = () => callMs(guest, calls.ours);
    const measured = await medianOfRounds(rounds, ours, async () => knownBaselineMs);
    return { ...measured, note: `${knownBaselineMs} ms is of another run: ${wasmtime.skipped}` };
  }
  await using baseline = wasmtime;
  await baseline.callMs(calls.wasmtime);
  const measured = await medianOfRounds(
    rounds,
    () => callMs(guest, calls.ours),
    () => baseline.callMs(calls.wasmtime),
  );
  return { ...measured, note: baseline.title };
}

/** The median: a guest that the system interrupts for others says nothing about either engine. */
async function callMs(guest: EngineGuest, count: number): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    const began = performance.now();
    const greeting = await guest.run((instance) => instance.call('', 'greet', ['World']));
    times.push(performance.now() - began);
    if (greeting !== 'Hello, World!') throw new Error('the guest did not greet');
  }
  return median(times);
}
