import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { RecordingLogger } from '@wasmlattice/test-support';
import { describe, expect, it, vi } from 'vitest';
import { buildGuest } from '../../testing/build-guest.js';
import { hostImport } from '../../testing/host-import.js';
import type { CompiledComponent, HostImports } from '../engine.js';
import { webAssembly } from '../web-assembly.js';
import { createDirectEngine } from './direct-engine.js';

/** Counts what is instantiated: the global object itself, which TypeScript knows by its own type. */
const constructors = webAssembly as unknown as { Instance(module: object, imports: object): object };

const world = `
  world guest {
    import test:host/clock@0.1.0;
    export started: func() -> u32;
    export bump: func() -> u32;
  }
  package test:host@0.1.0 { interface clock { now: func() -> u32; } }`;

function guestThatStarts(start: string): Promise<Uint8Array> {
  return buildGuest({
    wit: world,
    wat: `
      (import "test:host/clock@0.1.0" "now" (func $now (result i32)))
      ;; code
      (data $unused "passive")
      (global $started (mut i32) (i32.const 0))
      (global $count (mut i32) (i32.const 0))
      (func $init ${start})
      (start $init)
      (func (export "started") (result i32) (global.get $started))
      (func (export "bump") (result i32)
        (global.set $count (i32.add (global.get $count) (i32.const 1)))
        (global.get $count))`,
  });
}

function clock(now: unknown): HostImports {
  return new Map([['test:host/clock@0.1.0', hostImport({ now })]]);
}

async function compile(
  bytes: Uint8Array,
  { logger = new RecordingLogger(), suspends = false } = {},
): Promise<CompiledComponent> {
  const engine = createDirectEngine({ logger });
  return engine.compile(bytes, { component: 'guest', suspends: () => suspends });
}

/** Calls `func` in an invocation of its own. */
async function invoke(
  compiled: CompiledComponent,
  func: string,
  imports: HostImports = clock(() => 0),
): Promise<unknown> {
  const instance = await compiled.instantiate(imports);
  const result = await instance.call('', func, []);
  instance.release?.();
  return result;
}

describe('the start code of a guest', () => {
  it('runs for each new instance, and its effects are there after a reset', async () => {
    const compiled = await compile(await guestThatStarts('(global.set $started (i32.const 5))'));
    expect(await invoke(compiled, 'started')).toBe(5);
    expect(await invoke(compiled, 'bump')).toBe(1);
    expect(await invoke(compiled, 'bump')).toBe(1);
    expect(await invoke(compiled, 'started')).toBe(5);
  });

  it('runs for each invocation when it calls the host, in an instance that is reset to before it', async () => {
    const logger = new RecordingLogger();
    const compiled = await compile(await guestThatStarts('(global.set $started (call $now))'), { logger });
    const made = vi.spyOn(constructors, 'Instance');
    try {
      const first = await invoke(
        compiled,
        'started',
        clock(() => 11),
      );
      const instances = made.mock.calls.length;
      expect(first).toBe(11);
      for (const now of [12, 13]) {
        expect(
          await invoke(
            compiled,
            'started',
            clock(() => now),
          ),
        ).toBe(now);
      }
      expect(made.mock.calls.length).toBe(instances);
    } finally {
      made.mockRestore();
    }
    expect(logger.records.filter(({ level }) => level === 'info')).toEqual([]);
  });

  it('finds nothing of what it did for another invocation', async () => {
    const seed = `
      (global.set $started (i32.load (i32.const 2048)))
      (i32.store (i32.const 2048) (call $now))`;
    const compiled = await compile(await guestThatStarts(seed));
    for (const now of [21, 22, 23]) {
      const imports = clock(() => now);
      expect(await invoke(compiled, 'started', imports)).toBe(0);
    }
  });

  it('ends the invocation whose start code fails, and no later one', async () => {
    const compiled = await compile(await guestThatStarts('(if (i32.eqz (call $now)) (then unreachable))'));
    expect(
      await invoke(
        compiled,
        'bump',
        clock(() => 1),
      ),
    ).toBe(1);
    await expect(
      invoke(
        compiled,
        'bump',
        clock(() => 0),
      ),
    ).rejects.toMatchObject({ name: 'InstantiationError' });
    expect(
      await invoke(
        compiled,
        'bump',
        clock(() => 1),
      ),
    ).toBe(1);
  });

  it('may wait for the host', async () => {
    const compiled = await compile(await guestThatStarts('(global.set $started (call $now))'), {
      suspends: true,
    });
    const imports = clock(() => Promise.resolve(1));
    expect(await invoke(compiled, 'started', imports)).toBe(1);
  });

  it('ends in an InstantiationError when it traps', async () => {
    const compiled = await compile(await guestThatStarts('unreachable'));
    await expect(compiled.instantiate(clock(() => 0))).rejects.toMatchObject({
      name: 'InstantiationError',
      message: expect.stringContaining('component "guest" can\'t be instantiated'),
    });
  });
});

describe('a guest that can not be reset', () => {
  it('has a new instance for each invocation, and the log says why', async () => {
    const logger = new RecordingLogger();
    const compiled = await compile(await guestThatStarts('(data.drop $unused)'), { logger });
    for (let i = 0; i < 3; i++) expect(await invoke(compiled, 'bump')).toBe(1);
    expect(logger.records).toMatchObject([{ fields: { reason: 'it drops data or element segments' } }]);
  });

  it('is one that begins with a NaN, whose bits JavaScript does not keep', async () => {
    const logger = new RecordingLogger();
    const bytes = await parse(`(component
      (core module $m
        (global $bits (mut f64) (f64.const nan:0x8000000000123))
        (func (export "bits") (result i64) (i64.reinterpret_f64 (global.get $bits))))
      (core instance $i (instantiate $m))
      (func (export "bits") (result u64) (canon lift (core func $i "bits"))))`);
    const compiled = await compile(bytes, { logger });
    for (let i = 0; i < 2; i++) expect(await invoke(compiled, 'bits')).toBe(0x7ff8000000000123n);
    expect(logger.records).toMatchObject([{ fields: { reason: 'a global begins as NaN' } }]);
  });
});

describe('a guest with a very large memory', () => {
  it('has a new instance each time, which takes none of it until it is used', async () => {
    const logger = new RecordingLogger();
    const bytes = await parse(`(component
      (core module $m
        (memory 20000)
        (global $count (mut i32) (i32.const 0))
        (func (export "bump") (result i32)
          (global.set $count (i32.add (global.get $count) (i32.const 1)))
          (global.get $count)))
      (core instance $i (instantiate $m))
      (func (export "bump") (result u32) (canon lift (core func $i "bump"))))`);
    const compiled = await compile(bytes, { logger });
    for (let i = 0; i < 2; i++) expect(await invoke(compiled, 'bump')).toBe(1);
    expect(logger.records).toMatchObject([
      { fields: { reason: 'it begins with more than 67108864 bytes of memory' } },
    ]);
  });
});

describe('core modules that share a memory', () => {
  it('see it in its first size after a reset, whichever of them grew it', async () => {
    const compiled = await compile(
      await parse(`(component
        (core module $main
          (memory (export "memory") 1)
          (func (export "size") (result i32) (memory.size)))
        (core module $adapter
          (import "env" "memory" (memory 1))
          (global $calls (mut i32) (i32.const 0))
          (func (export "grow") (result i32)
            (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
            (drop (memory.grow (i32.const 2)))
            (i32.add (i32.mul (global.get $calls) (i32.const 100)) (memory.size))))
        (core instance $main (instantiate $main))
        (core instance $adapter (instantiate $adapter (with "env" (instance $main))))
        (func (export "size") (result u32) (canon lift (core func $main "size")))
        (func (export "grow") (result u32) (canon lift (core func $adapter "grow"))))`),
    );
    for (let i = 0; i < 3; i++) {
      expect(await invoke(compiled, 'size')).toBe(1);
      expect(await invoke(compiled, 'grow')).toBe(103);
    }
  });
});

describe('what the direct engine refuses', () => {
  it('is code that is invalid, as a fault of the component', async () => {
    const bytes = await parse('(component (core module (func (export "f") (result i32) i32.const 1)))');
    const at = Buffer.from(bytes).indexOf(Buffer.from([0x41, 0x01, 0x0b]));
    await expect(compile(bytes.with(at, 0x42))).rejects.toMatchObject({
      name: 'InvalidComponentError',
      message: expect.stringContaining(
        'type mismatch: expected i32, found i64, in core module 0, code section',
      ),
    });
  });

  it('is several core modules that are invalid, with one error', async () => {
    const text = `(component
      (core module (func (export "f") (result i32) i32.const 1))
      (core module (memory (export "m") 77)))`;
    const bytes = Buffer.from(await parse(text));
    // A result of another type in the first one, which V8 tells of later, and flags that no memory has in the second.
    bytes[bytes.indexOf(Buffer.from([0x41, 0x01, 0x0b]))] = 0x42;
    bytes[bytes.indexOf(Buffer.from([0x00, 77, 0x07]))] = 0x70;
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    await expect(compile(bytes)).rejects.toMatchObject({ name: 'InvalidComponentError' });
    await new Promise(setImmediate);
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
  });

  it.each([
    ['types', '(type (struct (field i32)))'],
    ['instructions', '(func (drop (ref.i31 (i32.const 1))))'],
  ])('is code with garbage collected %s, as something that no engine here has', async (_, text) => {
    await expect(compile(await parse(`(component (core module ${text}))`))).rejects.toMatchObject({
      name: 'UnsupportedComponentError',
      reason: expect.stringContaining('garbage collection proposal'),
    });
  });
});
