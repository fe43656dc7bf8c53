import { defaultLimits, limitKeyPrefix, limitNames, limitTable } from '@wasmlattice/wasm-runtime';
import { describe, expect, it } from 'vitest';
import { type LimitSources, limitsOf } from './component-limits.js';

const host = { limits: { ...defaultLimits, 'execution-time': 10_000 }, residentMemoryBytes: 1_000_000_000 };
const key = (limit: string): string => `${limitKeyPrefix}${limit}`;

function of(sources: Partial<LimitSources> & { readonly entries?: Record<string, string> }) {
  const { command, annotations = {}, entries = {} } = sources;
  return limitsOf({ command, annotations, config: new Map(Object.entries(entries)) }, host);
}

describe('the limits of a component', () => {
  it('are those of the host, unless it has its own', () => {
    expect(of({})).toEqual(host.limits);
    expect(of({ entries: { [key('handles')]: '100', a: '1' } })).toEqual({ ...host.limits, handles: 100 });
  });

  it('are those of its command, else of its annotations, else of its config', () => {
    const entries = { [key('memory')]: '100000', [key('handles')]: '100', [key('tables')]: '7' };
    const annotations = { [key('memory')]: '200000', [key('handles')]: '200' };
    const command = { maxMemoryLimit: 300_000 };
    expect(of({ command, annotations, entries })).toMatchObject({ memory: 300_000, handles: 200, tables: 7 });
  });

  it('can be set for everything that is not of the whole host', () => {
    for (const limit of limitNames) {
      const value = Math.min(limitTable[limit].most, 10_000_000, host.limits['execution-time']);
      const set = (): unknown =>
        of({ entries: { [key(limit)]: String(Math.max(value, limitTable[limit].least)) } });
      if (limitTable[limit].scope === 'component') expect(set).not.toThrow();
      else expect(set).toThrow(`is one limit for all components: set the host's --${limitTable[limit].flag}`);
    }
  });

  it.each(limitNames.filter((limit) => limitTable[limit].scope === 'component'))(
    '%s is refused outside of its bounds',
    (limit) => {
      const { least, isBoundByHost } = limitTable[limit];
      const { most } = isBoundByHost ? { most: host.limits[limit] } : limitTable[limit];
      for (const value of [least - 1, most + 1]) {
        expect(() => of({ annotations: { [key(limit)]: String(value) } })).toThrow(
          `annotation ${key(limit)} is ${value}: it must be from ${least} to ${most}`,
        );
      }
    },
  );

  it('are refused all in one message', () => {
    expect(() =>
      of({
        command: { maxMemoryLimit: 1 },
        annotations: { [key('handles')]: 'many', [key('colour')]: '1' },
        entries: { [key('tables')]: '0', [key('execution-time')]: '10001' },
      }),
    ).toThrow(
      new RegExp(
        [
          'annotation .*handles is "many": it must be a whole number from 16 to 1048576',
          'annotation .*colour names no limit: there are memory, execution-time, .*log-rate',
          'config entry .*tables is 0: it must be from 1 to 10000',
          "config entry .*execution-time is 10001: it must be from 1 to 10000 ms, which the host's --max-execution-time-ms allows",
          'component limit max_memory_limit is 1: it must be from 65536 to 4294967296 bytes',
        ].join('.*'),
      ),
    );
  });

  it('are refused when they contradict each other or the machine, with both numbers', () => {
    expect(() =>
      of({ command: { maxMemoryLimit: 65_536 }, entries: { [key('random-bytes')]: '65537' } }),
    ).toThrow(
      `config entry ${key('random-bytes')} is 65537, and component limit max_memory_limit is 65536: lower`,
    );
    expect(() => of({ annotations: { [key('memory')]: '2000000000' } })).toThrow(
      `annotation ${key('memory')} is 2000000000, and the memory that the host may use is 1000000000: lower it`,
    );
  });

  it('of time from a command count within that of the host', () => {
    expect(of({ command: { maxExecutionTime: 60 } })['execution-time']).toBe(10_000);
    expect(of({ command: { maxExecutionTime: 2 } })['execution-time']).toBe(2_000);
    expect(() => of({ command: { maxExecutionTime: 0 } })).toThrow('max_execution_time (in ms) is 0');
  });
});
