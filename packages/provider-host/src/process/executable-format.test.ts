import { describe, expect, it } from 'vitest';
import { formatProblem, type Machine } from './executable-format.js';

const linux: Machine = { platform: 'linux', arch: 'x64' };

function elf(machine: number): Uint8Array {
  const head = new Uint8Array(64);
  head.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  head[18] = machine;
  return head;
}

const text = (content: string): Uint8Array => new TextEncoder().encode(content);

describe('formatProblem', () => {
  it('finds none in an executable for the machine, or in a script', () => {
    expect(formatProblem(elf(62), linux)).toBeUndefined();
    expect(formatProblem(elf(183), { ...linux, arch: 'arm64' })).toBeUndefined();
    expect(formatProblem(elf(99), { ...linux, arch: 'unheard-of' })).toBeUndefined();
    expect(formatProblem(text('#!/bin/sh\n'), linux)).toBeUndefined();
    expect(
      formatProblem(Uint8Array.of(0xcf, 0xfa, 0xed, 0xfe), { platform: 'darwin', arch: 'arm64' }),
    ).toBeUndefined();
    expect(formatProblem(text('anything'), { platform: 'win32', arch: 'x64' })).toBeUndefined();
  });

  it('says what the file is instead', () => {
    expect(formatProblem(elf(183), linux)).toMatch(
      /another processor \(ELF machine 183\) than the machine's \(x64\)/,
    );
    expect(formatProblem(text('\0asm'), linux)).toMatch(/^is WebAssembly, not an executable for linux/);
    expect(formatProblem(Uint8Array.of(0x1f, 0x8b, 8), linux)).toMatch(/gzip archive/);
    expect(formatProblem(text('MZ'), linux)).toMatch(/Windows/);
    expect(formatProblem(elf(62), { platform: 'darwin', arch: 'x64' })).toMatch(/a Linux executable/);
    expect(formatProblem(text('echo hello'), linux)).toMatch(/unknown format/);
    expect(formatProblem(new Uint8Array(), linux)).toMatch(/unknown format/);
  });
});
