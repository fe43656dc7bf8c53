import { describe, expect, it } from 'vitest';
import {
  providerConfigUpdateSubject,
  providerHealthSubject,
  providerLinkDeleteSubject,
  providerLinkPutSubject,
  providerShutdownSubject,
} from './subjects.js';

describe('subjects of a provider', () => {
  it('are those of the specification', () => {
    expect(providerLinkPutSubject('default', 'XKEY')).toBe('wasmbus.rpc.default.XKEY.linkdefs.put');
    expect(providerLinkDeleteSubject('default', 'kv')).toBe('wasmbus.rpc.default.kv.linkdefs.del');
    expect(providerHealthSubject('default', 'kv')).toBe('wasmbus.rpc.default.kv.health');
    expect(providerShutdownSubject('default', 'kv')).toBe('wasmbus.rpc.default.kv.default.shutdown');
    expect(providerConfigUpdateSubject('default', 'kv')).toBe('wasmbus.rpc.default.kv.config.update');
  });
});
