import { describe, expect, it } from 'vitest';
import {
  claimsKey,
  componentSpecKey,
  configDataBucket,
  latticeDataBucket,
  parseLatticeDataKey,
} from './lattice-keys.js';

describe('lattice data keys', () => {
  it('name the buckets after the lattice', () => {
    expect(latticeDataBucket('default')).toBe('LATTICEDATA_default');
    expect(configDataBucket('default')).toBe('CONFIGDATA_default');
    expect(() => latticeDataBucket('a.b')).toThrow('invalid lattice');
  });

  it('split at the first underscore only', () => {
    expect(parseLatticeDataKey(componentSpecKey('my_own_id'))).toEqual({
      kind: 'component',
      id: 'my_own_id',
    });
    expect(parseLatticeDataKey(claimsKey('MKEY'))).toEqual({ kind: 'claims', subject: 'MKEY' });
  });

  it.each(['LINKDEF_x', 'REFMAP_y'])('know the legacy key %s', (key) => {
    expect(parseLatticeDataKey(key)).toEqual({ kind: 'legacy' });
  });

  it.each(['COMPONENT', 'COMPONENT_', 'CLAIMS_', 'other', ''])('do not know %j', (key) => {
    expect(parseLatticeDataKey(key)).toEqual({ kind: 'unknown' });
  });
});
