import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import type { Verdict } from '@wasmlattice/component-validator';
import { createTempDir, RecordingLogger } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { InvalidComponentError } from '../formats/component/index.js';
import { createValidation, readValidated } from './validation.js';

const bytes = await parse('(component)');
const place = { parts: ['component 0'], section: 'type section' };

/** A validator that has one verdict on everything, and how often it was asked. */
function validatorThatSays(verdict: Verdict) {
  const asked: Uint8Array[] = [];
  return {
    asked,
    async validate(given: Uint8Array): Promise<Verdict> {
      asked.push(given);
      return verdict;
    },
  };
}

const refusal = (verdict: Verdict): Promise<unknown> =>
  createValidation({ validator: validatorThatSays(verdict) })
    .validate(bytes, { component: 'guest' })
    .catch((error: unknown) => error);

describe('a refusal', () => {
  it('of what is no component says what it is instead, without a validator', async () => {
    const validator = validatorThatSays({ kind: 'valid' });
    const validating = createValidation({ validator }).validate(await parse('(module)'), {
      component: 'guest',
    });
    await expect(validating).rejects.toMatchObject({
      name: 'InvalidComponentError',
      message: expect.stringContaining('found a core module'),
    });
    expect(validator.asked).toEqual([]);
  });

  it('of what is invalid says where, and what was expected', async () => {
    expect(await refusal({ kind: 'invalid', message: 'expected a type', offset: 19, place })).toMatchObject({
      name: 'InvalidComponentError',
      message: 'expected a type, in component 0, type section (at byte 19)',
      offset: 19,
    });
  });

  it('of what is off names the feature, for people and as the validator does', async () => {
    expect(
      await refusal({ kind: 'unsupported', features: ['SHARED_MEMORY'], offset: 19, place }),
    ).toMatchObject({
      name: 'UnsupportedComponentError',
      message:
        'component "guest" can\'t be compiled by engine "direct": it uses shared memories (SHARED_MEMORY), which are off, in component 0, type section (at byte 19); build it without that',
    });
  });

  it('of what is too much names the limit', async () => {
    expect(
      await refusal({ kind: 'limit', limit: 'types', found: 100_001, allowed: 100_000, place }),
    ).toMatchObject({
      name: 'ComponentLimitError',
      limit: 'component-types',
      message:
        'component "guest" has at least 100001 types (component 0, type section); its limit "component-types" is 100000: make it of fewer, since this limit is fixed',
    });
    expect(await refusal({ kind: 'exhausted', resource: 'time', allowed: 900 })).toMatchObject({
      name: 'ComponentLimitError',
      limit: 'validation-time',
      message: expect.stringContaining('takes longer to validate; its limit "validation-time" is 900 ms'),
    });
    expect(await refusal({ kind: 'exhausted', resource: 'memory', allowed: 1_000 })).toMatchObject({
      limit: 'validation-memory',
    });
    expect(await refusal({ kind: 'exhausted', resource: 'stack' })).toMatchObject({
      limit: 'component-nesting',
    });
  });

  it('is no fault of the component when the validator breaks', async () => {
    const validator = { validate: () => Promise.reject(new Error('it broke')) };
    await expect(
      createValidation({ validator }).validate(bytes, { component: 'guest' }),
    ).rejects.toMatchObject({
      name: 'CompileError',
      message: expect.stringContaining('it broke'),
    });
  });
});

describe('a verdict', () => {
  it('is remembered, good or bad', async () => {
    for (const verdict of [
      { kind: 'valid' },
      { kind: 'invalid', message: 'expected a type', offset: 1, place },
    ] as const) {
      const validator = validatorThatSays(verdict);
      const validation = createValidation({ validator });
      const results = [1, 2].map(() => validation.validate(bytes, { component: 'guest' }).catch(() => {}));
      await Promise.all(results);
      await validation.validate(bytes, { component: 'guest' }).catch(() => {});
      expect(validator.asked.length).toBeLessThanOrEqual(2);
      await validation.validate(bytes, { component: 'guest' }).catch(() => {});
      expect(validator.asked.length).toBeLessThanOrEqual(2);
      await validation
        .validate(await parse('(component (component))'), { component: 'guest' })
        .catch(() => {});
      expect(validator.asked.at(-1)).not.toEqual(bytes);
    }
  });

  it('on what took too much is found anew', async () => {
    const validator = validatorThatSays({ kind: 'exhausted', resource: 'time', allowed: 1 });
    const validation = createValidation({ validator });
    for (let i = 0; i < 2; i++) await validation.validate(bytes, { component: 'guest' }).catch(() => {});
    expect(validator.asked).toHaveLength(2);
  });

  it('of valid is on disk for the next process', async () => {
    await using folder = await createTempDir();
    const first = validatorThatSays({ kind: 'valid' });
    await createValidation({ cacheDir: folder.path, validator: first }).validate(bytes, {
      component: 'guest',
    });
    const second = validatorThatSays({ kind: 'valid' });
    await createValidation({ cacheDir: folder.path, validator: second }).validate(bytes, {
      component: 'guest',
    });
    expect([first.asked.length, second.asked.length]).toEqual([1, 0]);
  });

  it('that was not written to its end does not count', async () => {
    await using folder = await createTempDir();
    const validate = async (): Promise<number> => {
      const validator = validatorThatSays({ kind: 'valid' });
      await createValidation({ cacheDir: folder.path, validator }).validate(bytes, { component: 'guest' });
      return validator.asked.length;
    };
    expect(await validate()).toBe(1);
    const verdicts = join(folder.path, 'verdicts');
    const [file = ''] = await readdir(verdicts);
    const content = await readFile(join(verdicts, file), 'utf8');
    await writeFile(join(verdicts, file), content.slice(0, -2));
    expect(await validate()).toBe(1);
    expect(await readFile(join(verdicts, file), 'utf8')).toBe(content);
  });

  it('of anything else is not', async () => {
    await using folder = await createTempDir();
    const validator = validatorThatSays({ kind: 'invalid', message: 'expected a type', offset: 1, place });
    await createValidation({ cacheDir: folder.path, validator })
      .validate(bytes, { component: 'guest' })
      .catch(() => {});
    expect(await readdir(folder.path)).toEqual([]);
  });

  it('that can not be kept is found all the same, and the log says so once', async () => {
    await using folder = await createTempDir();
    const cacheDir = join(folder.path, 'a-file');
    await writeFile(cacheDir, '');
    const logger = new RecordingLogger();
    for (let i = 0; i < 2; i++) {
      const validator = validatorThatSays({ kind: 'valid' });
      await createValidation({ cacheDir, logger, validator }).validate(bytes, { component: 'guest' });
    }
    expect(logger.records.map(({ message }) => message)).toEqual([
      'verdicts on components can not be cached on disk: check the cache folder',
    ]);
  });
});

it('what our own reader does not know of a valid component is unsupported, not invalid', async () => {
  const reading = readValidated('guest', () => {
    throw new InvalidComponentError('expected a known kind', 12);
  });
  await expect(reading).rejects.toMatchObject({
    name: 'UnsupportedComponentError',
    reason: "it is valid, but this host can't read it: expected a known kind (at byte 12)",
  });
});
