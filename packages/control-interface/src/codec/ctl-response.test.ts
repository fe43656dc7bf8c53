import { describe, expect, it } from 'vitest';
import { decodeCtlResponse, encodeCtlResponse } from './ctl-response.js';
import { decodeStringMap } from './json.js';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
const bytes = (json: string): Uint8Array => new TextEncoder().encode(json);
const decode = (json: string): unknown =>
  decodeCtlResponse(bytes(json), 'get config', (value) => decodeStringMap(value, 'config'));

describe('reply envelope', () => {
  it('is exactly the forms of the spec', () => {
    expect(text(encodeCtlResponse({ success: true, message: '', response: { a: 'b' } }))).toBe(
      '{"success":true,"message":"","response":{"a":"b"}}',
    );
    expect(text(encodeCtlResponse({ success: true, message: 'done' }))).toBe(
      '{"success":true,"message":"done"}',
    );
    expect(text(encodeCtlResponse({ success: false, message: 'no' }))).toBe(
      '{"success":false,"message":"no"}',
    );
  });

  it('is read back', () => {
    expect(decode('{"success":true,"message":"","response":{"a":"b"}}')).toEqual({
      success: true,
      message: '',
      response: { a: 'b' },
    });
    expect(decode('{"success":false,"message":"no"}')).toStrictEqual({ success: false, message: 'no' });
  });

  it('has no data when that is null', () => {
    expect(decode('{"success":true,"message":"","response":null}')).toStrictEqual({
      success: true,
      message: '',
    });
  });

  it.each([
    '',
    'x',
    '[]',
    '{}',
    '{"success":true}',
    '{"success":"yes","message":""}',
    '{"success":true,"message":"","response":1}',
  ])('is refused as %j', (json) => {
    expect(() => decode(json)).toThrow(expect.objectContaining({ name: 'DecodeError' }));
  });
});
