import { describe, expect, it } from 'vitest';
import { isolationKey, isolationOf } from './isolation.js';

const named = (tier: string): Record<string, string> => ({ [isolationKey]: tier });
const configOf = (entries: Record<string, string>): Map<string, string> => new Map(Object.entries(entries));

describe('the tier of a component', () => {
  it('is that of the annotation, else of the config, else shared', () => {
    expect(isolationOf(named('thread'), configOf(named('process')))).toBe('thread');
    expect(isolationOf({ owner: 'me' }, configOf(named('process')))).toBe('process');
    expect(isolationOf({}, configOf({ a: '1' }))).toBe('shared');
  });

  it('is refused when there is none of that name, and says where it was given', () => {
    expect(() => isolationOf(named('Process'), new Map())).toThrow(
      'annotation wasmlattice.dev/isolation is "Process": it must be one of shared, thread, process',
    );
    expect(() => isolationOf({}, configOf(named('')))).toThrow(
      'config entry wasmlattice.dev/isolation is "": it must be one of shared, thread, process',
    );
  });
});
