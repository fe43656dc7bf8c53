import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { decodeInstantiation } from './decode-component.js';
import type { AsyncBuiltin } from './instantiation.js';

const around = `
  (core module $libc (memory (export "mem") 1) (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0))
  (core instance $libc (instantiate $libc))
  (type $bytes (stream u8))
  (type $signal (stream))
  (type $answer (future string))`;

describe('canonical built-ins of asynchronous components', () => {
  it.each<[string, AsyncBuiltin]>([
    ['task.cancel', { name: 'task.cancel' }],
    ['backpressure.inc', { name: 'backpressure.inc' }],
    ['waitable.join', { name: 'waitable.join' }],
    ['context.get i32 0', { name: 'context.get', width: 'i32', slot: 0 }],
    ['context.set i32 1', { name: 'context.set', width: 'i32', slot: 1 }],
    ['thread.yield', { name: 'thread.yield', cancellable: false }],
    ['subtask.cancel async', { name: 'subtask.cancel', async: true }],
    ['subtask.cancel', { name: 'subtask.cancel', async: false }],
    ['stream.new $signal', { name: 'stream.new', type: { kind: 'stream' } }],
    [
      'stream.cancel-write $bytes async',
      { name: 'stream.cancel-write', type: { kind: 'stream', element: { kind: 'u8' } }, async: true },
    ],
    [
      'future.drop-readable $answer',
      { name: 'future.drop-readable', type: { kind: 'future', value: { kind: 'string' } } },
    ],
  ])('are read with their immediates: %s', async (text, builtin) => {
    expect(await builtinOf(text)).toEqual(builtin);
  });

  it('have the memory that they write to', async () => {
    const memory = { kind: 'export', sort: 'memory', instance: 0, name: 'mem' };
    expect(await builtinOf('waitable-set.wait (memory (core memory $libc "mem"))')).toEqual({
      name: 'waitable-set.wait',
      cancellable: false,
      memory,
    });
    expect(
      await builtinOf(
        'future.read $answer async (memory (core memory $libc "mem")) (realloc (core func $libc "realloc"))',
      ),
    ).toEqual({
      name: 'future.read',
      type: { kind: 'future', value: { kind: 'string' } },
      options: {
        encoding: 'utf8',
        memory,
        realloc: { kind: 'export', sort: 'func', instance: 0, name: 'realloc' },
        async: true,
      },
    });
  });

  it('say what a task returns', async () => {
    expect(await builtinOf('task.return (result string) (memory (core memory $libc "mem"))')).toMatchObject({
      name: 'task.return',
      result: { kind: 'string' },
    });
    expect(await builtinOf('task.return')).toMatchObject({ name: 'task.return', result: undefined });
  });
});

async function builtinOf(text: string): Promise<AsyncBuiltin | undefined> {
  const { instances } = decodeInstantiation(
    await parse(
      `(component ${around} (core func $f (canon ${text})) (core instance (export "f" (func $f))))`,
    ),
  );
  const last = instances.at(-1);
  const item = last?.kind === 'exports' ? last.items.get('f') : undefined;
  return item?.kind === 'builtin' ? item.builtin : undefined;
}
