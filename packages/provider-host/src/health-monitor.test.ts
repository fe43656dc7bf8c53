import { describe, expect, it } from 'vitest';
import { type HealthOutcome, startHealthMonitor } from './health-monitor.js';
import type { HealthReply } from './protocol/index.js';
import { createManualSleep } from './testing/manual-sleep.js';

/** Feeds the answers one after the other; `undefined` is no answer. */
async function outcomesOf(answers: readonly (HealthReply | undefined)[]): Promise<HealthOutcome[]> {
  const time = createManualSleep();
  const outcomes: HealthOutcome[] = [];
  const rest = [...answers];
  const monitor = startHealthMonitor({
    check: async () => {
      const answer = rest.shift();
      if (answer === undefined) throw new Error('timeout');
      return answer;
    },
    onOutcome: (outcome) => outcomes.push(outcome),
    sleep: time.sleep,
  });
  for (const _ of answers) {
    await time.begun();
    time.elapse();
  }
  await time.begun();
  monitor.stop();
  return outcomes;
}

const well: HealthReply = { healthy: true };
const ill: HealthReply = { healthy: false };

describe('health monitor', () => {
  it('tells changes from repetitions, and begins unhealthy', async () => {
    expect(await outcomesOf([well, well, ill, ill, well])).toEqual([
      'passed',
      'status',
      'failed',
      'status',
      'passed',
    ]);
    expect(await outcomesOf([ill])).toEqual(['status']);
  });

  it('reports nothing without an answer and keeps what it knew', async () => {
    expect(await outcomesOf([well, undefined, well])).toEqual(['passed', 'status']);
  });

  it('checks first after 5 s and then every 30 s', async () => {
    const time = createManualSleep();
    const monitor = startHealthMonitor({
      check: async () => well,
      onOutcome: () => {},
      sleep: time.sleep,
    });
    expect(await time.begun()).toBe(5_000);
    time.elapse();
    expect(await time.begun()).toBe(30_000);
    monitor.stop();
  });

  it('reports no answer that comes after it was stopped', async () => {
    const time = createManualSleep();
    const asked = Promise.withResolvers<void>();
    const answer = Promise.withResolvers<HealthReply>();
    const outcomes: HealthOutcome[] = [];
    const monitor = startHealthMonitor({
      check: () => {
        asked.resolve();
        return answer.promise;
      },
      onOutcome: (outcome) => outcomes.push(outcome),
      sleep: time.sleep,
    });
    await time.begun();
    time.elapse();
    await asked.promise;
    monitor.stop();
    monitor.stop();
    answer.resolve(well);
    await answer.promise;
    await Promise.resolve();
    expect(outcomes).toEqual([]);
  });
});
