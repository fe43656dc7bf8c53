import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { afterEach, describe, expect, it } from 'vitest';
import { type AnyFunction, webAssembly } from '../engines/web-assembly.js';
import { bridgeModuleName, guestBacktrace } from './guest-backtrace.js';

const frames = Error.stackTraceLimit;
afterEach(() => {
  Error.stackTraceLimit = frames;
});

/** What ends a guest with this core module when its export `run` is called. */
async function endOf(wat: string, host: Readonly<Record<string, AnyFunction>> = {}): Promise<unknown> {
  const binary = (await parse(wat)) as Uint8Array<ArrayBuffer>;
  const { exports } = new webAssembly.Instance(await webAssembly.compile(binary), { host });
  try {
    (exports.run as () => void)();
  } catch (error) {
    return error;
  }
  throw new Error('the guest did not end');
}

const inThreeFunctions = `
  (func $_ZN4core9panicking5panic17h0123456789abcdefE unreachable)
  (func $handle (call $_ZN4core9panicking5panic17h0123456789abcdefE) (drop (i32.const 1)))
  (func (export "run") (call $handle) (drop (i32.const 1)))`;

describe('the backtrace of a guest', () => {
  it('has the functions by the names of the name section, and no frame of the host', async () => {
    expect(guestBacktrace([await endOf(`(module ${inThreeFunctions})`)])).toBe(
      [
        '    at core::panicking::panic (wasm-function[0])',
        '    at handle (wasm-function[1])',
        '    at wasm-function[2]',
      ].join('\n'),
    );
  });

  it('says which core module, where that has a name', async () => {
    expect(guestBacktrace([await endOf(`(module $my-app ${inThreeFunctions})`)])).toBe(
      [
        '    at core::panicking::panic (my-app:wasm-function[0])',
        '    at handle (my-app:wasm-function[1])',
        '    at my-app:wasm-function[2]',
      ].join('\n'),
    );
  });

  it('has numbers without a name section', async () => {
    const anonymous = inThreeFunctions
      .replaceAll(/\(func \$\S+/g, '(func')
      .replace(/call \$_ZN\S+?\)/, 'call 0)')
      .replace('call $handle', 'call 1');
    expect(guestBacktrace([await endOf(`(module ${anonymous})`)])).toBe(
      ['    at wasm-function[0]', '    at wasm-function[1]', '    at wasm-function[2]'].join('\n'),
    );
  });

  it('tells how often a function called itself', async () => {
    const end = await endOf('(module (func $forever (export "run") (call $forever) (call $forever)))');
    expect(end).toBeInstanceOf(RangeError);
    expect(guestBacktrace([end])).toBe(`    at forever (wasm-function[0]), ${frames} times\n    …`);
  });

  it('names the host function that ended the guest, and marks those that called it again', async () => {
    const exports: { again?: () => void } = {};
    const wat = `(module
      (import "host" "again" (func $again))
      (import "host" "fail" (func $fail))
      (func $inner (export "inner") (call $fail))
      (func $outer (export "run") (call $again)))`;
    const binary = (await parse(wat)) as Uint8Array<ArrayBuffer>;
    const fail = (): never => {
      throw new Error('the disk is gone');
    };
    const instance = new webAssembly.Instance(await webAssembly.compile(binary), {
      host: { again: () => exports.again?.(), fail },
    });
    exports.again = instance.exports.inner as () => void;
    let end: unknown;
    try {
      (instance.exports.run as () => void)();
    } catch (error) {
      end = error;
    }
    expect(guestBacktrace([end], 'test:disk/store@1.0.0 write')).toBe(
      [
        '    at host function test:disk/store@1.0.0 write',
        '    at inner (wasm-function[2])',
        '    at a host function',
        '    at outer (wasm-function[3])',
      ].join('\n'),
    );
  });

  it('is of the first error that has one', async () => {
    const end = await endOf(`(module ${inThreeFunctions})`);
    const lines = guestBacktrace([end]);
    expect(guestBacktrace([new Error('too much', { cause: end }), end])).toBe(lines);
    expect(guestBacktrace([end, await endOf('(module (func $other (export "run") unreachable))')])).toBe(
      lines,
    );
  });

  it('leaves out the modules between guest and host', async () => {
    const wat = `(module $${bridgeModuleName} (func $bridge (export "run") unreachable))`;
    expect(guestBacktrace([await endOf(wat)])).toBeUndefined();
  });

  it('ends where V8 stopped to look, and says so', async () => {
    Error.stackTraceLimit = 2;
    expect(guestBacktrace([await endOf(`(module ${inThreeFunctions})`)])).toBe(
      ['    at core::panicking::panic (wasm-function[0])', '    at handle (wasm-function[1])', '    …'].join(
        '\n',
      ),
    );
  });

  it('is short, whatever the guest calls its functions', async () => {
    Error.stackTraceLimit = 200;
    const long = 'x'.repeat(10_000);
    const functions = Array.from(
      { length: 100 },
      (_, i) => `(func $${long}${i} (call $${long}${i + 1}) (drop (i32.const 1)))`,
    );
    const wat = `(module ${functions.join('')} (func $${long}100 unreachable) (func (export "run") (call $${long}0)))`;
    const backtrace = guestBacktrace([await endOf(wat)]) ?? '';
    expect(backtrace.length).toBeLessThan(4_200);
    expect(backtrace).toMatch(/\n {4}…$/);
  });

  it('has no line that the guest made up', async () => {
    const wat = `(module
      (func (@name "a\\n    at forged (wasm-function[7])\\1b[2J") unreachable)
      (func $run (export "run") (call 0) (drop (i32.const 1))))`;
    const backtrace = guestBacktrace([await endOf(wat)]) ?? '';
    expect(backtrace).not.toContain('\u001b');
    expect(backtrace.split('\n').at(-1)).toBe('    at run (wasm-function[1])');
    const message = new Error('x\n    at forged (wasm://wasm/00000000:wasm-function[7]:0x1)');
    expect(guestBacktrace([message])).toBeUndefined();
  });

  it.each([[undefined], ['a text'], [new Error('of the host')], [{ stack: '    at x' }]])(
    'is not there where there is no guest: %s',
    (cause) => {
      expect(guestBacktrace([cause])).toBeUndefined();
    },
  );
});
