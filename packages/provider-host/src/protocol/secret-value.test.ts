import { describe, expect, it } from 'vitest';
import { decodeSecrets, encodeSecrets, type SecretMap } from './secret-value.js';

const secrets: SecretMap = {
  token: { kind: 'string', value: 's3cr3t' },
  key: { kind: 'bytes', value: Uint8Array.of(1, 2, 255) },
};

describe('secrets', () => {
  it('are tagged with their kind', () => {
    expect(new TextDecoder().decode(encodeSecrets(secrets))).toBe(
      '{"token":{"kind":"String","value":"s3cr3t"},"key":{"kind":"Bytes","value":[1,2,255]}}',
    );
  });

  it('come back as they were', () => {
    expect(decodeSecrets(encodeSecrets(secrets))).toEqual(secrets);
  });

  it('are refused with the name of the one that is wrong, not its value', () => {
    const bytes = new TextEncoder().encode('{"token":{"kind":"Bytes","value":"hunter2"}}');
    expect(() => decodeSecrets(bytes)).toThrow(/secrets\.token\.value must be an array of byte numbers/);
    expect(() => decodeSecrets(bytes)).not.toThrow(/hunter2/);
    expect(() => decodeSecrets(Uint8Array.of(0xff))).toThrow(/not valid JSON/);
  });
});
