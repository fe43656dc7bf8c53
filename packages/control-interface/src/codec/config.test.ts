import { describe, expect, it } from 'vitest';
import { decodeConfig, encodeConfig } from './config.js';

describe('config', () => {
  it('is a JSON object of strings, both ways', () => {
    const bytes = encodeConfig({ bucket: 'counters' });
    expect(new TextDecoder().decode(bytes)).toBe('{"bucket":"counters"}');
    expect(decodeConfig(bytes, 'kv')).toEqual({ bucket: 'counters' });
  });

  it('names the config and the key in errors', () => {
    expect(() => decodeConfig(new TextEncoder().encode('{"port":8000}'), 'http')).toThrow(
      'config http: field "port" must be a string, got a number',
    );
  });
});
