import { describe, expect, it } from 'vitest';
import {
  decodeProviderAuctionAck,
  decodeProviderAuctionRequest,
  decodeStartProviderCommand,
  decodeStopProviderCommand,
  encodeProviderAuctionAck,
  encodeProviderAuctionRequest,
  encodeStartProviderCommand,
  encodeStopProviderCommand,
} from './provider.js';

describe('provider start command', () => {
  const command = {
    providerId: 'http',
    providerRef: 'wasmcloud+builtin://http-server',
    hostId: 'N',
    config: ['c'],
    annotations: { a: 'b' },
    allowUpdate: false,
  };
  const json = {
    provider_id: 'http',
    provider_ref: 'wasmcloud+builtin://http-server',
    host_id: 'N',
    config: ['c'],
    annotations: { a: 'b' },
  };

  it('has the wire form of the spec, both ways', () => {
    expect(encodeStartProviderCommand(command)).toEqual(json);
    expect(decodeStartProviderCommand(json)).toEqual(command);
    const update = { ...json, allow_update: true };
    expect(encodeStartProviderCommand({ ...command, allowUpdate: true })).toEqual(update);
    expect(decodeStartProviderCommand(update)).toEqual({ ...command, allowUpdate: true });
  });

  it('needs nothing but the id; the rest has defaults', () => {
    expect(decodeStartProviderCommand({ provider_id: 'http', annotations: null })).toEqual({
      providerId: 'http',
      providerRef: '',
      hostId: '',
      config: [],
      annotations: {},
      allowUpdate: false,
    });
  });

  it.each(['provider_id', 'provider_ref', 'host_id', 'config', 'annotations'])(
    'names a wrong %s',
    (field) => {
      expect(() => decodeStartProviderCommand({ ...json, [field]: 1 })).toThrow(
        expect.objectContaining({ field }),
      );
    },
  );
});

describe('provider stop command', () => {
  it('has the wire form of the spec, both ways', () => {
    const json = { provider_id: 'kv', host_id: 'N' };
    expect(encodeStopProviderCommand({ providerId: 'kv', hostId: 'N' })).toEqual(json);
    expect(decodeStopProviderCommand(json)).toEqual({ providerId: 'kv', hostId: 'N' });
  });

  it('reads the old name provider_ref', () => {
    expect(decodeStopProviderCommand({ provider_ref: 'kv' })).toEqual({ providerId: 'kv', hostId: '' });
  });

  it('may be empty', () => {
    expect(decodeStopProviderCommand({})).toEqual({ providerId: '', hostId: '' });
  });
});

describe('provider auction', () => {
  it('has the wire form of the spec, both ways', () => {
    const request = { providerRef: 'r', providerId: 'p', constraints: {} };
    const json = { provider_ref: 'r', provider_id: 'p', constraints: {} };
    expect(encodeProviderAuctionRequest(request)).toEqual(json);
    expect(decodeProviderAuctionRequest(json)).toEqual(request);
    expect(encodeProviderAuctionAck({ ...request, hostId: 'N' })).toEqual({ ...json, host_id: 'N' });
    expect(decodeProviderAuctionAck({ ...json, host_id: 'N' })).toEqual({ ...request, hostId: 'N' });
  });

  it('needs the id and the constraints', () => {
    expect(() => decodeProviderAuctionRequest({ provider_id: 'p' })).toThrow(
      'field "constraints" is missing',
    );
    expect(() => decodeProviderAuctionRequest({ constraints: {} })).toThrow('field "provider_id" is missing');
  });
});
