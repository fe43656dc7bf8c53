import { describe, expect, it } from 'vitest';
import {
  isSecretName,
  referenceFromConfig,
  referenceToConfig,
  SecretReferenceError,
  secretConfigKey,
} from './secret-reference.js';

const bytes = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

describe('a secret reference', () => {
  it('is stored as wash stores it', () => {
    const reference = {
      name: 'password',
      backend: 'nats-kv',
      key: 'db',
      field: 'password',
      version: '3',
      properties: { role: 'reader' },
    };
    const config = referenceToConfig(reference);
    expect(config).toEqual({
      name: 'password',
      type: 'secret.wasmcloud.dev/v1alpha1',
      backend: 'nats-kv',
      key: 'db',
      field: 'password',
      version: '3',
      policy: '{"type":"properties.secret.wasmcloud.dev/v1alpha1","properties":{"role":"reader"}}',
    });
    expect(referenceFromConfig(bytes(config))).toEqual(reference);
    expect(secretConfigKey('password')).toBe('SECRET_password');
    expect(secretConfigKey('SECRET_password')).toBe('SECRET_password');
  });

  it.each([
    ['a config', { password: 'hunter2' }, /needs policy/],
    ['no object', ['hunter2'], /no JSON object/],
    ['a policy that is no JSON', { policy: 'hunter2' }, /policy of a secret reference is no JSON/],
    ['a policy without properties', { policy: '{}', type: 't' }, /has no properties/],
    [
      'a key that is no text',
      { policy: '{"properties":{}}', type: 't', name: 'a', backend: 'b', key: 7 },
      /key .* must be a string/,
    ],
  ])('is not %s, and the error does not repeat it', (_, value, message) => {
    const read = () => referenceFromConfig(bytes(value));
    expect(read).toThrow(SecretReferenceError);
    expect(read).toThrow(message);
    expect(read).not.toThrow(/hunter2/);
  });

  it('takes members of the prototype for missing', () => {
    expect(() =>
      referenceFromConfig(bytes({ policy: '{"properties":{}}', type: 't', name: 'constructor' })),
    ).toThrow(/needs backend/);
  });

  it('is meant by every name that starts with SECRET', () => {
    expect(['SECRET_a', 'SECRETS', 'secret_a', 'A_SECRET'].map(isSecretName)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});
