import {
  type CallContext,
  err,
  func,
  ok,
  type Result,
  type ServedFunction,
  type Server,
  type TypedInterface,
  t,
  witInterface,
} from '@wasmlattice/rpc';
import { createLogger, noopLogger } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import { provideWorld } from './provide-world.js';
import { type ProviderCall, provide } from './provider-export.js';

interface Adder {
  addUp(a: number, b: number): Promise<Result<number, string>>;
}

const adder: TypedInterface<Adder> = witInterface('acme:math/adder@0.1.0', [
  func(
    'add-up',
    [
      ['a', t.u32],
      ['b', t.u32],
    ],
    t.result(t.u32, t.string),
  ),
]);

/** A server that keeps what is served instead of listening. */
function collectingServer(): { readonly server: Server; readonly served: ServedFunction[] } {
  const served: ServedFunction[] = [];
  const server: Server = {
    async serve(one) {
      served.push(one);
      return { close: async () => {} };
    },
    close: async () => {},
  };
  return { server, served };
}

const context: CallContext = {
  headers: {},
  signal: new AbortController().signal,
  waitUntil: () => {},
  onUndelivered: () => {},
};

describe('provide', () => {
  it('hands each function its parameters and who calls', async () => {
    const { server, served } = collectingServer();
    const calls: ProviderCall[] = [];
    const offered = provide(adder, {
      addUp(a, b, call) {
        calls.push(call);
        return a > b ? err('too large') : ok(a + b);
      },
    });
    expect(offered.instance).toBe('acme:math/adder@0.1.0');
    await offered.serve(server, 'math', noopLogger);
    expect(served).toMatchObject([{ target: 'math', instance: adder.id, func: { name: 'add-up' } }]);

    const headers = { 'source-id': 'hello', 'link-name': 'second', traceparent: '00-…' };
    expect(await served[0]?.handler([1, 2], { ...context, headers })).toEqual(ok(3));
    expect(await served[0]?.handler([3, 2], context)).toEqual(err('too large'));
    expect(calls).toMatchObject([
      { sourceId: 'hello', linkName: 'second', headers },
      { sourceId: '<unknown>', linkName: 'default' },
    ]);
  });

  it('keeps the implementation as this', async () => {
    class Impl {
      readonly #offset = 10;
      async addUp(a: number, b: number): Promise<Result<number, string>> {
        return ok(a + b + this.#offset);
      }
    }
    const { server, served } = collectingServer();
    await provide(adder, new Impl()).serve(server, 'math', noopLogger);
    expect(await served[0]?.handler([1, 2], context)).toEqual(ok(13));
  });

  it('names the functions without a handler, where TypeScript was not asked', () => {
    const misspelt = { adUp: () => ok(1) } as unknown as { addUp: () => Result<number, string> };
    const message = 'the implementation of acme:math/adder@0.1.0 has no handler named addUp';
    expect(() => provide(adder, misspelt)).toThrow(message);
    expect(() => provideWorld({ adder }, {} as { adder: typeof misspelt })).toThrow(message);
  });

  it('logs what a function throws, and lets the call fail', async () => {
    const lines: string[] = [];
    const logger = createLogger({
      name: 'p',
      level: 'info',
      format: 'text',
      write: (line) => lines.push(line),
    });
    const { server, served } = collectingServer();
    const offered = provide(adder, {
      addUp: () => {
        throw new Error('no more numbers');
      },
    });
    await offered.serve(server, 'math', logger);
    await expect(served[0]?.handler([1, 2], context)).rejects.toThrow('no more numbers');
    expect(lines[0]).toMatch(/acme:math\/adder@0\.1\.0\.add-up failed: Error: no more numbers/);
  });
});
