import { describe, expect, it } from 'vitest';
import { findFunction, findInterface } from './find-interface.js';

const interfaces = ['wasi:http/types@0.2.3', 'wasi:http/types-extra@0.2.3', 'inline'].map((id) => ({
  id,
  functions: [{ name: 'get', params: [] }],
  resources: [],
}));

describe('findInterface', () => {
  it('finds a name with its version, or in any version without', () => {
    expect(findInterface(interfaces, 'wasi:http/types@0.2.3')).toBe(interfaces[0]);
    expect(findInterface(interfaces, 'wasi:http/types')).toBe(interfaces[0]);
    expect(findInterface(interfaces, 'inline')).toBe(interfaces[2]);
  });

  it('finds nothing in another version or for a part of a name', () => {
    expect(findInterface(interfaces, 'wasi:http/types@0.2.4')).toBeUndefined();
    expect(findInterface(interfaces, 'wasi:http/type')).toBeUndefined();
  });
});

describe('findFunction', () => {
  it('finds a function by its name in the binary', () => {
    expect(findFunction(interfaces[0]?.functions ?? [], 'get')?.name).toBe('get');
    expect(findFunction([], 'get')).toBeUndefined();
  });
});
