import { describe, expect, it } from 'vitest';
import { decodeComponent } from './decode-component.js';
import { detectBinary } from './detect-binary.js';
import { InvalidComponentError } from './errors.js';

const component = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00);
const coreModule = Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00);

describe('detectBinary', () => {
  it('tells components from core modules and from everything else', () => {
    expect(detectBinary(component)).toBe('component');
    expect(detectBinary(coreModule)).toBe('core-module');
    expect(detectBinary(component.subarray(0, 7))).toBe('unknown');
    expect(detectBinary(new Uint8Array(0))).toBe('unknown');
    expect(detectBinary(new TextEncoder().encode('#!/bin/sh\n'))).toBe('unknown');
    expect(detectBinary(Uint8Array.of(0x00, 0x61, 0x73, 0x6d, 0x0a, 0x00, 0x01, 0x00))).toBe('unknown');
  });

  it('looks at the right bytes of a view into a larger buffer', () => {
    const buffer = Uint8Array.of(1, 2, 3, ...component);
    expect(detectBinary(buffer.subarray(3))).toBe('component');
  });
});

describe('decodeComponent on what is no component', () => {
  it.each([
    ['a core module', coreModule, /found a core module: build for a component target/],
    ['nothing', new Uint8Array(0), /found an empty file/],
    ['text', new TextEncoder().encode('hello world'), /found a file that starts with 68 65 6c 6c 6f/],
    ['an old component', Uint8Array.of(0, 0x61, 0x73, 0x6d, 0x0a, 0, 1, 0), /found version 0xa, layer 1/],
  ])('says what it is instead: %s', (_what, bytes, message) => {
    expect(() => decodeComponent(bytes)).toThrow(InvalidComponentError);
    expect(() => decodeComponent(bytes)).toThrow(message);
  });

  it('takes an empty component', () => {
    expect(decodeComponent(component)).toEqual({
      imports: [],
      exports: [],
      importedFunctions: [],
      exportedFunctions: [],
    });
  });
});
