import { describe, expect, it } from 'vitest';
import {
  decodeConfigUpdate,
  decodeHealthReply,
  decodeProviderReply,
  decodeShutdownRequest,
  encodeConfigUpdate,
  encodeHealthReply,
  encodeProviderReply,
  encodeShutdownRequest,
} from './messages.js';

describe('health reply', () => {
  it('leaves out a message that is not there', () => {
    expect(encodeHealthReply({ healthy: true })).toBe('{"healthy":true}');
    expect(encodeHealthReply({ healthy: false, message: 'no server' })).toBe(
      '{"healthy":false,"message":"no server"}',
    );
  });

  it('is read in the forms providers send', () => {
    expect(decodeHealthReply('{"healthy":true,"message":null}')).toEqual({ healthy: true });
    expect(decodeHealthReply('{}')).toEqual({ healthy: false });
    expect(decodeHealthReply('{"healthy":false,"message":"x"}')).toEqual({ healthy: false, message: 'x' });
    const ours = { healthy: false, message: 'x', instanceId: 'i', isServing: false };
    expect(decodeHealthReply(encodeHealthReply(ours))).toEqual(ours);
    expect(() => decodeHealthReply('{"healthy":"yes"}')).toThrow(
      /health reply\.healthy must be true or false/,
    );
    expect(() => decodeHealthReply('')).toThrow(/not valid JSON/);
  });
});

describe('shutdown request', () => {
  it('names the host', () => {
    expect(encodeShutdownRequest({ hostId: 'NHOST' })).toBe('{"host_id":"NHOST"}');
    expect(decodeShutdownRequest('{"host_id":"NHOST"}')).toEqual({ hostId: 'NHOST' });
    expect(decodeShutdownRequest('{}')).toEqual({ hostId: '' });
  });

  it('may name the process and say how long calls may take', () => {
    const request = { hostId: 'NHOST', instanceId: 'i1', drainMs: 30_000 };
    const text = '{"host_id":"NHOST","instance_id":"i1","drain_ms":30000}';
    expect([encodeShutdownRequest(request), decodeShutdownRequest(text)]).toEqual([text, request]);
  });
});

describe('config update', () => {
  it('is the whole map', () => {
    expect(decodeConfigUpdate(encodeConfigUpdate({ a: '1' }))).toEqual({ a: '1' });
    expect(() => decodeConfigUpdate('{"a":1}')).toThrow(/config update\.a must be a string/);
  });
});

describe('reply of a provider', () => {
  it('says whether it worked, and why not', () => {
    expect(encodeProviderReply({ instanceId: 'i' })).toBe('{"success":true,"instance_id":"i"}');
    expect(encodeProviderReply({ instanceId: 'i', error: 'no' })).toBe(
      '{"success":false,"error":"no","instance_id":"i"}',
    );
    for (const reply of [{ instanceId: 'i' }, { instanceId: 'i', error: 'no' }]) {
      expect(decodeProviderReply(encodeProviderReply(reply))).toEqual(reply);
    }
    expect(decodeProviderReply('{}').error).toBe('the provider gives no reason');
  });
});
