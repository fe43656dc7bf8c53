import { noopLogger } from '@wasmlattice/telemetry';
import { expect, it } from 'vitest';
import { createEventRecorder } from '../testing/fakes.js';
import { createPullReporter } from './pull-progress.js';

function setUp() {
  const events = createEventRecorder();
  let now = 0;
  const report = createPullReporter({ hostId: 'NHOST', events, logger: noopLogger, now: () => now });
  return {
    events,
    at(ms: number, receivedBytes: number, reference = 'r.io/a:1') {
      now = ms;
      report({ reference, receivedBytes, totalBytes: 100 });
    },
  };
}

it('tells of a pull once a second, and of its end', () => {
  const { at, events } = setUp();
  for (const [ms, bytes] of [
    [0, 1],
    [500, 10],
    [1_000, 20],
    [1_100, 30],
    [2_000, 50],
    [2_200, 100],
  ] as const) {
    at(ms, bytes);
  }
  expect(events.events).toEqual(
    [20, 50, 100].map((receivedBytes) => ({
      name: 'artifact_pull_progress',
      data: { hostId: 'NHOST', imageRef: 'r.io/a:1', receivedBytes, totalBytes: 100 },
    })),
  );
});

it('says nothing of one that is quick, whatever else is pulled', () => {
  const { at, events } = setUp();
  at(0, 1);
  at(5_000, 1, 'r.io/b:1');
  at(5_900, 100, 'r.io/b:1');
  at(100, 100);
  expect(events.events).toEqual([]);
});
