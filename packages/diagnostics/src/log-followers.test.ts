import type { ExportedLog, LogBatch } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import { createLogFollowers, type LogFollowersOptions } from './log-followers.js';
import { decodeLogLines, type LogWish } from './log-lines.js';

const log = (message: string, changes: Partial<ExportedLog> = {}): ExportedLog => ({
  time: 1,
  level: 'info',
  target: 'component',
  message,
  attributes: { component: 'hello' },
  ...changes,
});

const batch = (...logs: readonly ExportedLog[]): LogBatch => ({ logs, dropped: 0 });

const wish = (changes: Partial<LogWish> = {}): LogWish => ({
  follower: 'one',
  level: 'trace',
  forMs: 1_000,
  ...changes,
});

function setUp(options: Partial<LogFollowersOptions> = {}) {
  const clock = { ms: 0 };
  const followers = createLogFollowers({ hostId: 'NHOST', now: () => clock.ms, ...options });
  const told = (given: LogBatch, componentId?: string) =>
    followers.messagesOf(given, componentId).map(decodeLogLines);
  const messages = (given: LogBatch, componentId?: string): string[] =>
    told(given, componentId).flatMap(({ lines }) => lines.map(({ message }) => message));
  return { clock, followers, told, messages };
}

describe('followers of a log', () => {
  it('are told nothing when there are none, or no more', () => {
    const { clock, followers, messages } = setUp();
    expect(messages(batch(log('unheard')))).toEqual([]);
    followers.add(wish());
    expect(messages(batch(log('heard')))).toEqual(['heard']);
    followers.add(wish({ forMs: 0 }));
    expect(messages(batch(log('unheard')))).toEqual([]);
    followers.add(wish());
    clock.ms = 1_000;
    expect(messages(batch(log('too late')))).toEqual([]);
  });

  it('are told what one of them wants, by component or provider and level', () => {
    const { followers, messages } = setUp();
    followers.add(wish({ workload: 'hello', level: 'warn' }));
    const logs = batch(
      log('fine'),
      log('broken', { level: 'error' }),
      log('of another', { level: 'error', attributes: { component: 'other' } }),
      log('of a provider', { attributes: { provider: 'kv' } }),
    );
    expect(messages(logs)).toEqual(['broken']);
    followers.add(wish({ follower: 'two', workload: 'kv' }));
    expect(messages(logs)).toEqual(['broken', 'of a provider']);
  });

  it('learn how many lines they missed', () => {
    const { clock, followers, told } = setUp({ maxBytesPerSecond: 300 });
    followers.add(wish({ forMs: 10_000 }));
    const [message] = told({ logs: [log('a'), log('b'), log('c'), log('d')], dropped: 5 });
    const { dropped = 0, lines = [] } = message ?? {};
    // Those of the beginning, and what there was no room for within this second: told with the next message.
    expect(dropped).toBe(5 + 4 - lines.length);
    expect(lines.length).toBeGreaterThan(0);
    expect(lines.length).toBeLessThan(4);
    clock.ms = 1_000;
    expect(told(batch(log('e')))).toMatchObject([{ dropped: 0, lines: [{ message: 'e' }] }]);
  });

  it('get long batches in several messages, and no line that is longer than one', () => {
    const { followers, told } = setUp({ maxMessageBytes: 400 });
    followers.add(wish());
    const messages = told(batch(log('a'.repeat(200)), log('b'.repeat(200)), log('c'.repeat(500))));
    expect(messages.map(({ lines }) => lines.map(({ message }) => message[0]))).toEqual([['a'], ['b']]);
    expect(messages.map(({ dropped }) => dropped)).toEqual([0, 1]);
  });

  it('are so many and no more', () => {
    const { followers } = setUp();
    for (let i = 0; i < 32; i++) expect(followers.add(wish({ follower: String(i) }))).toBeUndefined();
    expect(followers.add(wish({ follower: 'one too many' }))).toMatch(/32 follow/);
    expect(followers.add(wish({ follower: '7' }))).toBeUndefined();
  });

  it('hear of a process of its own under the name of its component, whatever it sends', () => {
    const { followers, told } = setUp();
    followers.add(wish());
    const strange = [
      log('posing', { attributes: { component: 'other', extra: { deep: true } as never } }),
      { message: 'no level' },
      null,
      { ...log('no time'), time: 'now' },
    ] as readonly ExportedLog[];
    expect(told({ logs: strange, dropped: 0 }, 'hello')).toMatchObject([
      { lines: [{ message: 'posing', attributes: { component: 'hello' } }] },
    ]);
  });
});
