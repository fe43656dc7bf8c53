import { func } from '@wasmlattice/rpc';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import {
  ExecutionTimeError,
  LimitExceededError,
  OverloadedError,
  PoolClosedError,
  TrapError,
} from '@wasmlattice/wasm-runtime';
import { describe, expect, it } from 'vitest';
import { OverdueError } from '../invocation/overdue-error.js';
import { typedFailures } from './typed-failures.js';

const target = 'shop';
const instance = 'acme:shop/orders@1.0.0';
const place = func('place', []);

/** What a caller gets when the handler throws. */
async function failureOf(thrown: unknown): Promise<unknown> {
  const lattice = new MemoryLattice();
  const handler = (): Promise<never> => Promise.reject(thrown);
  await typedFailures(target, createMemoryServer({ lattice })).serve({
    target,
    instance,
    func: place,
    handler,
  });
  const invoker = createMemoryInvoker({ lattice });
  return await invoker.invoke({ target, instance, func: place, params: [] }).catch((error: unknown) => error);
}

function exceeds(component: string): LimitExceededError {
  return new LimitExceededError({ component, limit: 'memory', allowed: 65_536, what: 'takes too much' });
}

function ended(kind: 'aborted' | 'limit' | 'trap', cause: unknown): TrapError {
  return new TrapError({ component: target, instance, func: place.name, kind, cause });
}

describe('a call of a component', () => {
  const overloaded = new OverloadedError({
    component: target,
    budget: 'waiting-invocations',
    reason: 'too many wait',
  });

  it.each([
    ['that there is no room for', overloaded, 'overloaded'],
    ['that comes while the component is stopped', new PoolClosedError(target), 'terminated'],
    ['whose time to end is over', ended('aborted', new OverdueError(target, 10)), 'terminated'],
    ['whose guest exceeds a limit', ended('limit', exceeds(target)), 'limit-exceeded'],
    ['whose time is up', ended('aborted', new ExecutionTimeError(target, 20)), 'limit-exceeded'],
    ['whose guest traps as another exceeds a limit', ended('trap', exceeds('other')), 'peer-failed'],
    ['whose guest traps', ended('trap', new Error('unreachable')), 'peer-failed'],
    ['whose guest traps as another is overloaded', ended('trap', overloaded), 'peer-failed'],
  ])('%s fails with a code that says so', async (_, thrown, code) => {
    expect(await failureOf(thrown)).toMatchObject({ name: 'RpcError', code });
  });
});
