import type { Logger } from '@wasmlattice/telemetry';
import { noopLogger } from '@wasmlattice/telemetry';
import { describe, expect, it } from 'vitest';
import { ExitError } from '../../errors.js';
import { GuestLimits } from '../../limits/guest-limits.js';
import { testContext } from '../../testing/context.js';
import { guestStream, pulledStream, readText } from '../../testing/stream-values.js';
import type { InstanceContext } from '../host-interface.js';
import { hostInterfaces } from './index.js';
import type { OutputStream } from './io/index.js';

// biome-ignore lint/complexity/noBannedTypes: host functions of any type are called
type Bound = Readonly<Record<string, Function>>;

function bound(name: string, context: InstanceContext = testContext()): Bound {
  const served = hostInterfaces.find((each) => each.name === name && each.accepts('0.3.2'));
  if (served === undefined) throw new Error(`${name}@0.3.2 is not served`);
  return served.bind(context) as Bound;
}

const call = (interfaceOf: Bound, func: string): unknown => interfaceOf[func]?.();

const payloadOf = (action: () => unknown): unknown => {
  try {
    action();
  } catch (thrown) {
    return (thrown as { payload: unknown }).payload;
  }
  throw new Error('nothing was thrown');
};

it('accepts every release of WASI 0.3 and no draft of it', () => {
  const served = hostInterfaces.filter(({ name }) => name === 'wasi:clocks/monotonic-clock');
  const accepted = (version: string): boolean => served.some((each) => each.accepts(version));
  expect(['0.3.0', '0.3.1', '0.3.2', '0.2.3'].filter(accepted)).toHaveLength(4);
  expect(['0.3.0-rc-2026-03-15', '0.3.0-draft', '0.4.0'].filter(accepted)).toEqual([]);
});

describe('clocks', () => {
  it('wait until their time, and not for a time that has passed', async () => {
    const { now, waitUntil, waitFor } = bound('wasi:clocks/monotonic-clock');
    const start = now?.() as bigint;
    await waitFor?.(2_000_000n);
    expect(now?.() - start >= 2_000_000n).toBe(true);
    await waitUntil?.(start);
    const until = (now?.() as bigint) + 2_000_000n;
    await waitUntil?.(until);
    expect(now?.() >= until).toBe(true);
  });

  it('let the event loop turn, however often a guest waits for nothing', async () => {
    const { waitFor } = bound('wasi:clocks/monotonic-clock');
    let hasTurned = false;
    setImmediate(() => {
      hasTurned = true;
    });
    await waitFor?.(0n);
    expect(hasTurned).toBe(true);
  });

  it('wait no longer than the invocation', async () => {
    const controller = new AbortController();
    const { waitFor } = bound('wasi:clocks/monotonic-clock', testContext({ signal: controller.signal }));
    const waiting = waitFor?.(2n ** 63n);
    controller.abort();
    await waiting;
  });

  it('tell the time of the system', () => {
    const clock = bound('wasi:clocks/system-clock');
    const { seconds, nanoseconds } = call(clock, 'now') as { seconds: bigint; nanoseconds: number };
    expect(typeof seconds).toBe('bigint');
    expect(nanoseconds).toBeLessThan(1_000_000_000);
    expect(call(clock, 'getResolution')).toBe(1_000_000n);
  });
});

describe('random', () => {
  it('gives fewer bytes than asked for where the component may not have so many', () => {
    const limits = new GuestLimits('guest', { 'random-bytes': 1024 });
    const { getRandomBytes } = bound('wasi:random/random', testContext({ limits }));
    expect(getRandomBytes?.(2n ** 64n - 1n)).toHaveLength(1024);
    expect(getRandomBytes?.(3n)).toHaveLength(3);
    expect(getRandomBytes?.(0n)).toHaveLength(0);
    const { getInsecureRandomBytes } = bound('wasi:random/insecure', testContext({ limits }));
    expect(getInsecureRandomBytes?.(2000n)).toHaveLength(1024);
  });

  it('gives a seed that differs each time', () => {
    const { getInsecureSeed } = bound('wasi:random/insecure-seed');
    expect(getInsecureSeed?.()).not.toEqual(getInsecureSeed?.());
  });
});

describe('cli', () => {
  it('makes a log record of each line of a stream, whichever version of WASI it is written with', async () => {
    const lines: unknown[] = [];
    const logger: Logger = {
      ...noopLogger,
      enabled: () => true,
      info: (message, fields) => void lines.push([message, fields?.stream]),
      warn: (message, fields) => void lines.push([message, fields?.stream]),
    };
    const context = testContext({ logger });
    const { writeViaStream } = bound('wasi:cli/stdout', context);
    expect(await writeViaStream?.(guestStream('one\ntw', 'o\nthr'))).toEqual({ tag: 'ok' });
    const older = hostInterfaces.find(({ name, accepts }) => name === 'wasi:cli/stdout' && accepts('0.2.3'));
    const stream = call(older?.bind(context) as Bound, 'getStdout') as OutputStream;
    await stream.write(Buffer.from('ee\n'));
    const { writeViaStream: writeError } = bound('wasi:cli/stderr', context);
    await writeError?.(guestStream('oh\n'));
    expect(lines).toEqual([
      ['one', 'stdout'],
      ['two', 'stdout'],
      ['three', 'stdout'],
      ['oh', 'stderr'],
    ]);
    expect(context.stderr?.text).toBe('oh');
  });

  it('answers with an error when the guest that writes is gone', async () => {
    const { writeViaStream } = bound('wasi:cli/stdout');
    expect(await writeViaStream?.(guestStream('a', new Error('gone')))).toEqual({ tag: 'err', val: 'io' });
  });

  it('reads its stream no faster than the guest writes', async () => {
    const step = Promise.withResolvers<string | undefined>();
    let reads = 0;
    const { writeViaStream } = bound('wasi:cli/stdout');
    const writing = writeViaStream?.(
      pulledStream((index) => {
        reads++;
        return index === 0 ? step.promise : Promise.resolve(undefined);
      }),
    );
    expect(reads).toBe(1);
    step.resolve('line\n');
    expect(await writing).toEqual({ tag: 'ok' });
  });

  it('has an empty stdin, no arguments but a name, and no terminal', async () => {
    const [stream, result] = call(bound('wasi:cli/stdin'), 'readViaStream') as [
      AsyncIterable<Uint8Array>,
      Promise<unknown>,
    ];
    expect(await readText(stream)).toBe('');
    expect(await result).toEqual({ tag: 'ok' });
    const { getArguments, getEnvironment, getInitialCwd } = bound('wasi:cli/environment');
    expect([getArguments?.(), getEnvironment?.(), getInitialCwd?.()]).toEqual([['main.wasm'], [], undefined]);
    expect(bound('wasi:cli/terminal-stdout').getTerminalStdout?.()).toBeUndefined();
    expect(() => bound('wasi:cli/exit').exitWithCode?.(3)).toThrow(ExitError);
  });
});

it('gives no directory, no socket and no address of a name', () => {
  expect(bound('wasi:filesystem/preopens').getDirectories?.()).toEqual([]);
  const { TcpSocket, UdpSocket } = bound('wasi:sockets/types') as unknown as Record<
    string,
    { create(family: string): unknown }
  >;
  const denied = { tag: 'access-denied' };
  expect(payloadOf(() => TcpSocket?.create('ipv4'))).toEqual(denied);
  expect(payloadOf(() => UdpSocket?.create('ipv6'))).toEqual(denied);
  expect(payloadOf(() => bound('wasi:sockets/ip-name-lookup').resolveAddresses?.('a.org'))).toEqual(denied);
});
