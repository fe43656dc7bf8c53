import { RecordingLogger } from '@wasmlattice/test-support';
import {
  ExitError,
  GuestLimits,
  IncompleteResponseError,
  InstantiationError,
  TrapError,
  type TrapKind,
} from '@wasmlattice/wasm-runtime';
import { describe, expect, it } from 'vitest';
import { TrapLog } from './trap-log.js';

class RuntimeError extends Error {
  override readonly name = 'RuntimeError';
}

function trap(
  cause: unknown = new RuntimeError('unreachable'),
  func = 'add',
  kind: TrapKind = 'trap',
): TrapError {
  const instance = 'test:math/ops@1.0.0';
  const hostFunction = 'test:disk/store@1.0.0 write';
  return new TrapError({ component: 'shop', instance, func, kind, cause, hostFunction });
}

function createLog() {
  const clock = { now: 1_000 };
  const own = new RecordingLogger();
  const invocation = new RecordingLogger(own.records, { trace_id: 'abc' });
  const log = new TrapLog({ componentId: 'shop', logger: own, now: () => clock.now });
  return { log, own, invocation, clock, messages: () => own.records.splice(0).map(({ message }) => message) };
}

describe('the log of traps', () => {
  it('has all that helps to find out why in one record', () => {
    const { log, own, invocation } = createLog();
    const fault = trap();
    fault.attachStderr('out of cheese');
    log.report(fault, { 'source-id': 'cart', 'link-name': 'default' }, invocation);
    expect(own.records).toEqual([
      {
        level: 'error',
        message: 'component shop trapped in test:math/ops@1.0.0 add: unreachable',
        fields: {
          component: 'shop',
          export: 'test:math/ops@1.0.0 add',
          reason: 'unreachable',
          source_id: 'cart',
          link_name: 'default',
          backtrace: '    at host function test:disk/store@1.0.0 write',
          guest_stderr: 'out of cheese',
          trace_id: 'abc',
        },
      },
    ]);
  });

  it('tells an exit and a start that failed from a trap', () => {
    const { log, invocation, messages } = createLog();
    log.report(trap(new ExitError(3), 'add', 'exit'), {}, invocation);
    log.report(new InstantiationError('shop', new RuntimeError('unreachable')), {}, invocation);
    log.report(
      trap(new GuestLimits('shop').exceeded('random-bytes', 'asks for much'), 'add', 'limit'),
      {},
      invocation,
    );
    expect(messages()).toEqual([
      'component shop ended itself in test:math/ops@1.0.0 add: the guest exited with code 3',
      'component shop could not be instantiated: unreachable',
      expect.stringMatching(
        /^component shop exceeded a limit in test:math\/ops@1.0.0 add: .*its limit "random-bytes" is /,
      ),
    ]);
  });

  it('warns of a guest that gave no response, with what it wrote', () => {
    const { log, own, invocation, messages } = createLog();
    log.report(new IncompleteResponseError('no body', 'Error: x\n  at app.js:7:9'), {}, invocation);
    expect(own.records[0]).toMatchObject({
      level: 'warn',
      fields: { guest_stderr: 'Error: x\n  at app.js:7:9' },
    });
    expect(messages()).toEqual(['component shop left a request without a complete response: no body']);
  });

  it('takes a few lines for a flood, for each export and reason, and reads no stack for the others', () => {
    const { log, invocation, messages, own, clock } = createLog();
    let read = 0;
    const cause = new RuntimeError('unreachable');
    Object.defineProperty(cause, 'stack', {
      get: () => {
        read++;
        return '';
      },
    });
    for (let i = 0; i < 10_000; i++) log.report(trap(cause), {}, invocation);
    for (let i = 0; i < 100; i++) log.report(trap(new ExitError(i), 'add', 'exit'), {}, invocation);
    log.report(trap(cause, 'divide'), {}, invocation);
    log.report(trap(new RuntimeError('divide by zero')), {}, invocation);
    expect(messages()).toHaveLength(5 + 5 + 1 + 1);
    expect(read).toBe(2 * (5 + 1));
    clock.now += 60_000;
    log.report(trap(cause), {}, invocation);
    expect(own.records[0]?.fields).toEqual({ component: 'shop', export: 'test:math/ops@1.0.0 add' });
    expect(messages()).toEqual([
      'component shop trapped in test:math/ops@1.0.0 add 9995 more times for the same reason',
      'component shop trapped in test:math/ops@1.0.0 add: unreachable',
    ]);
    log.close();
    log.close();
    expect(messages()).toEqual([
      'component shop ended itself in test:math/ops@1.0.0 add 95 more times for the same reason',
    ]);
  });
});
