import { inspect } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { createDirectEngine } from '../../../engines/direct/index.js';
import type { CompiledComponent, ComponentInstance } from '../../../engines/engine.js';
import { createJcoEngine } from '../../../engines/jco/index.js';
import { decodeComponent } from '../../../formats/component/index.js';
import { type Linkage, linkImports } from '../../../linker/linker.js';
import { InstancePool } from '../../../pool/instance-pool.js';
import { testContext } from '../../../testing/context.js';
import { buildSecretsGuest, secretsProbeInterface } from '../../../testing/secrets-guest.js';
import type { GuestSecret } from '../../host-interface.js';
import { hostInterfaces, unavailableInterfaces } from '../../wasi/index.js';
import { secretsInterfaces } from './index.js';

describe.each([
  ['jco', createJcoEngine],
  ['direct', createDirectEngine],
])('on the engine %s', (_engine, createEngine) => {
  let linkage: Linkage;
  let compiled: CompiledComponent;

  beforeAll(async () => {
    const guest = await buildSecretsGuest();
    linkage = linkImports(decodeComponent(guest), {
      component: 'probe',
      interfaces: hostInterfaces,
      unavailable: unavailableInterfaces,
    });
    compiled = await createEngine().compile(guest, { component: 'probe', suspends: linkage.suspends });
  });

  async function run<T>(
    secrets: () => ReadonlyMap<string, GuestSecret>,
    work: (call: (func: string, ...params: unknown[]) => Promise<unknown>) => Promise<T>,
  ): Promise<T> {
    const pool = new InstancePool({ component: 'probe', compiled, linkage, maxInstances: 1 });
    const inInstance = (instance: ComponentInstance): Promise<T> =>
      work((func, ...params) => instance.call(secretsProbeInterface, func, params));
    try {
      return await pool.run(testContext({ secrets }), inInstance);
    } finally {
      await pool.close();
    }
  }

  it('a guest reads its secrets by name, text and bytes', async () => {
    const secrets = new Map<string, GuestSecret>([
      ['password', { kind: 'string', value: 'hunter2' }],
      ['key', { kind: 'bytes', value: Uint8Array.of(0, 255) }],
    ]);
    await run(
      () => secrets,
      async (call) => {
        expect(await call('read', 'password')).toEqual({ tag: 'string', val: 'hunter2' });
        expect(await call('read', 'key')).toEqual({ tag: 'bytes', val: Uint8Array.of(0, 255) });
        expect(await call('fail', 'password')).toEqual({ tag: 'ok', val: true });
      },
    );
  });

  it.each(['other', 'constructor', '__proto__', ''])(
    'there is no secret %j that nobody gave it',
    async (name) => {
      await run(
        () => new Map(),
        async (call) => expect(await call('fail', name)).toEqual({ tag: 'err', val: { tag: 'not-found' } }),
      );
    },
  );

  it('a handle keeps its value, and one that is got after a change has the new one', async () => {
    let value = 'old';
    await run(
      () => new Map([['password', { kind: 'string', value }]]),
      async (call) => {
        await call('hold', 'password');
        value = 'new';
        expect(await call('held')).toEqual({ tag: 'string', val: 'old' });
        expect(await call('read', 'password')).toEqual({ tag: 'string', val: 'new' });
      },
    );
  });

  it('a handle that nobody gave traps', async () => {
    await expect(
      run(
        () => new Map(),
        (call) => call('forge', 7),
      ),
    ).rejects.toThrow();
  });
});

it('the handle of a secret shows nothing to whoever prints it', () => {
  const [store] = secretsInterfaces;
  const secrets = (): ReadonlyMap<string, GuestSecret> =>
    new Map([['a', { kind: 'string', value: 'hunter2' }]]);
  const bound = store?.bind(testContext({ secrets })) as { get(key: string): unknown } | undefined;
  expect(inspect(bound?.get('a'), { showHidden: true })).toBe('SecretHandle {}');
});
