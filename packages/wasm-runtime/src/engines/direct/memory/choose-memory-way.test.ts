import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { webAssembly } from '../../web-assembly.js';
import { chooseMemoryWay, createMemoryImages } from './choose-memory-way.js';
import { type Kernel, KernelError } from './kernel.js';
import { fakeKernel, fakePageMap } from './testing/fake-kernel.js';

function fail(message: string): () => never {
  return () => {
    throw new KernelError(message);
  };
}

/** What is chosen on a machine like that, and what is said of it. */
function chooseOn(given: Partial<Kernel>): string {
  const { way, reason } = chooseMemoryWay({ openKernel: () => fakeKernel(given) });
  return `${way}: ${reason}`;
}

/** A clock that moves on by what the next of these figures says. */
function clockOf(...steps: number[]): () => number {
  let time = 0;
  let calls = 0;
  return () => {
    time += steps[calls++ % steps.length] ?? 0;
    return time;
  };
}

describe('the way that memories are reset', () => {
  it('is to copy where it was told to', () => {
    const openKernel = fail('nobody asked for it');
    expect(chooseMemoryWay({ wish: 'copy', openKernel })).toMatchObject({
      way: 'copy',
      reason: 'as configured',
    });
  });

  it('is to copy where there is no way to call the system', () => {
    for (const wish of ['auto', 'copy-on-write'] as const) {
      const choice = chooseMemoryWay({ wish, openKernel: fail('this Node.js has no node:ffi') });
      expect(choice).toMatchObject({ way: 'copy', reason: 'this Node.js has no node:ffi' });
    }
  });

  it('is to copy where a call fails, and says which', () => {
    expect(chooseOn({ openPageMap: fail('open /proc/self/pagemap: no such file') })).toBe(
      'copy: open /proc/self/pagemap: no such file',
    );
    const unmapped = 'copy: a memory could not be mapped: ';
    expect(chooseOn({ createFile: fail('memfd_create: function not implemented') })).toBe(
      `${unmapped}memfd_create: function not implemented`,
    );
    for (const call of ['view', 'mapOver'] as const) {
      expect(chooseOn({ [call]: fail('mmap: operation not permitted') })).toBe(
        `${unmapped}mmap: operation not permitted`,
      );
    }
  });

  it('is to copy where pages that were written are not all found', () => {
    expect(chooseOn({})).toBe('copy: a memory that was mapped did not become what it was');
    const openPageMap = () => fakePageMap({ findPrivate: (_address, size, found) => found(size / 2, size) });
    expect(chooseOn({ openPageMap })).toBe('copy: a memory that was mapped did not become what it was');
  });

  it('is the faster one, unless it was told', () => {
    const openKernel = () => exactKernel();
    // Each reset has two looks at the clock; the ways take turns.
    const slow = clockOf(0, 2, 0, 1);
    expect(chooseMemoryWay({ openKernel, now: slow })).toMatchObject({ way: 'copy' });
    expect(chooseMemoryWay({ openKernel, now: slow, wish: 'copy-on-write' })).toMatchObject({
      way: 'copy-on-write',
    });
    const fast = chooseMemoryWay({ openKernel, now: clockOf(0, 1, 0, 16) });
    expect(fast).toMatchObject({ way: 'copy-on-write', smallestMapped: 4 * 65_536 });
    expect(fast.reason).toBe('a fake: 1000.0 µs instead of 16000.0 µs for 2097152 bytes');
  });

  it('is to copy small memories, whatever the way', () => {
    const images = createMemoryImages(
      { way: 'copy-on-write', smallestMapped: 4 * 65_536, reason: '' },
      { openKernel: exactKernel },
    );
    const imageOf = (pages: number) =>
      images.capture(new webAssembly.Memory({ initial: pages, maximum: pages })).share().kind;
    expect([imageOf(3), imageOf(4)]).toEqual(['copied', 'mapped']);
  });

  it('is to copy in a thread that can not do what the process chose to', () => {
    const reasons: string[] = [];
    const images = createMemoryImages(
      { way: 'copy-on-write', smallestMapped: 0, reason: '' },
      { openKernel: fail('too many open files'), onCopy: (reason) => reasons.push(reason) },
    );
    expect([images.way, reasons]).toEqual(['copy', ['too many open files']]);
  });

  it('is to copy an image for which there is no file left', () => {
    const images = createMemoryImages(
      { way: 'copy-on-write', smallestMapped: 0, reason: '' },
      { openKernel: () => fakeKernel({ createFile: fail('memfd_create: too many open files') }) },
    );
    expect(images.capture(new webAssembly.Memory({ initial: 1, maximum: 1 })).share().kind).toBe('copied');
  });
});

describe('a process', () => {
  const tell = `
    import { chooseMemoryWay } from ${JSON.stringify(new URL('./choose-memory-way.ts', import.meta.url).href)};
    const { way, reason } = chooseMemoryWay({ wish: 'copy-on-write' });
    console.log(way, reason);`;
  const run = (...flags: string[]): { stdout: string; stderr: string } =>
    spawnSync(process.execPath, [...process.execArgv, ...flags, '--input-type=module', '-e', tell], {
      encoding: 'utf8',
    });

  it('copies when node:ffi is switched off, or not permitted', () => {
    expect(run('--no-experimental-ffi').stdout).toBe('copy this Node.js has no node:ffi\n');
    const { stdout } = run('--permission', '--allow-fs-read=*', '--allow-worker');
    expect(stdout).toContain('copy node:ffi: Access to this API has been restricted');
  });

  it('does not warn of node:ffi', () => {
    expect(run().stderr).toBe('');
  });
});

/** Takes everything for written. */
function exactKernel(): Kernel {
  let file = new Uint8Array();
  return fakeKernel({
    createFile: (bytes) => {
      file = bytes.slice();
      return 1000;
    },
    view: () => file.buffer as ArrayBuffer,
    openPageMap: () => fakePageMap({ findPrivate: (_address, size, found) => found(0, size) }),
  });
}
