import { getEventListeners } from 'node:events';
import { Worker } from 'node:worker_threads';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  type ComponentValidator,
  type ComponentValidatorOptions,
  createComponentValidator,
} from './component-validator.js';
import { breaks, computes, exits, fakeThread, throws } from './testing/fake-thread.js';
import { wat } from './testing/wat.js';

const opened: ComponentValidator[] = [];

function open(options: ComponentValidatorOptions = {}): ComponentValidator {
  const validator = createComponentValidator({ entry: fakeThread, ...options });
  opened.push(validator);
  return validator;
}

afterEach(async () => {
  vi.useRealTimers();
  await Promise.all(opened.splice(0).map((validator) => validator.close()));
});

/** The thread that a file was given to. */
async function threadOf(validator: ComponentValidator, first = 0, signal?: AbortSignal): Promise<number> {
  const verdict = await validator.validate(Uint8Array.of(first), signal === undefined ? {} : { signal });
  if (verdict.kind !== 'valid') throw new Error(verdict.kind);
  return verdict.report?.components ?? Number.NaN;
}

/** Starts a thread of its own, whose id tells how many were started before. */
const nextThread = (): number => new Worker('', { eval: true }).threadId;

describe('a validator of components', () => {
  it('validates in a thread of its own', async () => {
    const validator = createComponentValidator();
    opened.push(validator);
    expect(await validator.validate(await wat('(component)'))).toEqual({ kind: 'valid' });
    expect(await validator.validate(new Uint8Array())).toMatchObject({
      kind: 'invalid',
      message: 'unexpected end-of-file',
      offset: 0,
    });
    const shared = new Uint8Array(new SharedArrayBuffer(8));
    shared.set(await wat('(component)'));
    expect(await validator.validate(shared)).toEqual({ kind: 'valid' });
  });

  it('gives one thread all components, one after the other', async () => {
    const validator = open();
    const threads = await Promise.all([threadOf(validator), threadOf(validator), threadOf(validator)]);
    expect(new Set(threads).size).toBe(1);
  });

  it('starts no thread before the first component', async () => {
    const before = nextThread();
    await open().close();
    expect(nextThread()).toBe(before + 1);
  });

  it('says so when its thread can not be started', async () => {
    const validator = open({ entry: new URL('file:///missing.mjs') });
    const failure = { name: 'ValidatorError', message: expect.stringContaining('missing.mjs') };
    await expect(threadOf(validator)).rejects.toMatchObject(failure);
    await expect(threadOf(validator)).rejects.toMatchObject(failure);
  });
});

describe('a thread is replaced', () => {
  it.each([
    ['throws', throws, 'the memory is gone'],
    ['exits', exits, 'its thread exited with code 7'],
    ['finds its validator broken', breaks, 'a rule was forgotten'],
  ])('that %s, and those that wait get the new one', async (_what, first, reason) => {
    const validator = open();
    const before = await threadOf(validator);
    const failing = threadOf(validator, first);
    const waiting = [threadOf(validator), threadOf(validator)];
    await expect(failing).rejects.toMatchObject({
      name: 'ValidatorError',
      message: `the validator of components broke: ${reason}`,
    });
    const [one, two] = await Promise.all(waiting);
    expect(one).toBe(two);
    expect(one).not.toBe(before);
  });

  it('that computes for longer than it may', async () => {
    const validator = open({ limits: { timeMs: 1_000 } });
    const before = await threadOf(validator);
    expect(await validator.validate(Uint8Array.of(computes))).toEqual({
      kind: 'exhausted',
      resource: 'time',
      allowed: 1_000,
    });
    expect(await threadOf(validator)).not.toBe(before);
  });

  it('whose memory is full', async () => {
    const validator = createComponentValidator({ limits: { memoryBytes: 3_000_000 } });
    opened.push(validator);
    const types = Array.from({ length: 20_000 }, () => '(type (instance))').join('');
    expect(await validator.validate(await wat(`(component ${types})`))).toMatchObject({
      kind: 'exhausted',
      resource: 'memory',
    });
    expect(await validator.validate(await wat('(component)'))).toEqual({ kind: 'valid' });
  });
});

describe('an abort', () => {
  const reason = new Error('stopped');

  it('before the request refuses it', async () => {
    await expect(threadOf(open(), 0, AbortSignal.abort(reason))).rejects.toBe(reason);
  });

  it('ends the work on a component, with its thread', async () => {
    const validator = open();
    const before = await threadOf(validator);
    const controller = new AbortController();
    const aborted = threadOf(validator, computes, controller.signal);
    const waiting = threadOf(validator);
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    expect(Number.isInteger(before)).toBe(true);
    expect(Number.isInteger(await waiting)).toBe(true);
  });

  it('is not listened for any more when the request is over', async () => {
    const { signal } = new AbortController();
    await threadOf(open(), 0, signal);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});

describe('an idle thread', () => {
  it('ends after five seconds', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    const validator = open();
    const first = await threadOf(validator);
    vi.advanceTimersByTime(4_999);
    expect(await threadOf(validator)).toBe(first);
    vi.advanceTimersByTime(5_000);
    expect(await threadOf(validator)).not.toBe(first);
  });
});

describe('a validator that is closed', () => {
  it('gives up what has no verdict, refuses more, and can be closed again', async () => {
    const validator = open();
    const results = Promise.allSettled([threadOf(validator, computes), threadOf(validator)]);
    await validator.close();
    const closed = { reason: { name: 'ValidatorClosedError' } };
    expect(await results).toMatchObject([closed, closed]);
    await expect(threadOf(validator)).rejects.toMatchObject({ name: 'ValidatorClosedError' });
    await validator.close();
  });
});
