import { decode, encode, t } from '@wasmlattice/rpc';
import { Packr } from 'msgpackr';
import type { Measurement } from '../measurement.js';
import { medianOfRounds } from '../rounds.js';

const recordCount = 100;
const roundMs = 300;

const people = t.list(
  t.record({
    id: t.u32,
    name: t.string,
    email: t.string,
    score: t.f64,
    age: t.u8,
    count: t.s32,
    city: t.string,
  }),
);

const values = Array.from({ length: recordCount }, (_, i) => ({
  id: i * 7919,
  name: `Person ${i}`,
  email: `person${i}@example.com`,
  score: i * 1.37,
  age: i % 100,
  count: -i,
  city: 'Helsinki',
}));

const packr = new Packr();
const packed = packr.pack(values);
const encoded = encode(people, values);
const json = JSON.stringify(values);
/** What every format is measured in: its own bytes would favour the one that needs the most. */
const valueBytes = Buffer.byteLength(json);

export const codecEncode: Measurement = measurement('codec-encode', 'encoding', {
  ours: () => encode(people, values),
  msgpackr: () => packr.pack(values),
  json: () => Buffer.from(JSON.stringify(values)),
});

export const codecDecode: Measurement = measurement('codec-decode', 'decoding', {
  ours: () => decode(people, encoded),
  msgpackr: () => packr.unpack(packed),
  json: () => JSON.parse(json),
});

type Contestant = 'ours' | 'msgpackr' | 'json';

function measurement(
  name: string,
  what: string,
  work: Readonly<Record<Contestant, () => unknown>>,
): Measurement {
  return {
    name,
    unit: 'MB/s',
    better: 'higher',
    title: `${what} a list of ${recordCount} records of numbers and strings, which JSON writes in ${valueBytes} bytes`,
    baseline: 'msgpackr with its default options, the same list',
    async measure() {
      for (const each of Object.values(work)) rateOf(each);
      const measured = await medianOfRounds(
        5,
        async () => rateOf(work.ours),
        async () => rateOf(work.msgpackr),
      );
      const json = await medianOfRounds(
        3,
        async () => rateOf(work.ours),
        async () => rateOf(work.json),
      );
      return { ...measured, note: `${(json.value / json.baseline).toFixed(2)} of JSON` };
    },
  };
}

/** MB of values, in the size of their JSON, per second of CPU time: nothing in here waits. */
function rateOf(work: () => unknown): number {
  const start = process.cpuUsage();
  for (let lists = 1; ; lists++) {
    work();
    if (lists % 100 !== 0) continue;
    const { user, system } = process.cpuUsage(start);
    const ms = (user + system) / 1000;
    if (ms >= roundMs) return (lists * valueBytes) / 1e6 / (ms / 1000);
  }
}
