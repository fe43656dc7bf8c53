import { parse } from '@bytecodealliance/jco-transpile/wasm-tools';
import { describe, expect, it } from 'vitest';
import { webAssembly } from '../../engines/web-assembly.js';
import { buildCallsGuest, callsInterface } from '../../testing/calls-guest.js';
import { decodeInstantiation } from './decode-component.js';
import type { CoreItem, Instantiation } from './instantiation.js';

describe('decodeInstantiation', () => {
  it('follows exported functions through wrapping components to core functions', async () => {
    const { exports, obstacle } = decodeInstantiation(await buildCallsGuest());
    expect(obstacle).toBeUndefined();
    const wait = exports.find(({ func }) => func.name === 'wait');
    expect(wait).toMatchObject({
      instance: callsInterface,
      func: { params: [{ name: 'id', type: { kind: 'u32' } }] },
      source: { lift: { core: { kind: 'export', sort: 'func', name: `${callsInterface}#wait` } } },
    });
    expect(exports.find(({ instance }) => instance === '')?.func.name).toBe('world-level');
  });

  it('tells which core instances take what from which', async () => {
    const { instances, modules } = decodeInstantiation(await buildCallsGuest());
    const host = instances.findIndex((each) => each.kind === 'exports' && each.items.has('pass'));
    expect(itemOf(instances, host, 'pass')).toMatchObject({
      kind: 'lower',
      func: { instance: 'test:host/gate@0.1.0', func: { name: 'pass' } },
    });
    const main = instances.find(
      (each) => each.kind === 'instantiate' && each.args.has('test:host/gate@0.1.0'),
    );
    expect(main).toMatchObject({ args: new Map([['test:host/gate@0.1.0', host]]) });
    for (const module of modules) expect(await compiles(module)).toBe(true);
  });

  it('knows the memory, the allocator and the encoding of a call', async () => {
    const { instances } = decodeInstantiation(await buildCallsGuest());
    const lowers = instances.flatMap((each) => (each.kind === 'exports' ? [...each.items.values()] : []));
    const check = lowers.find((item) => item.kind === 'lower' && item.func.func.name === 'check');
    expect(check).toMatchObject({
      options: {
        encoding: 'utf8',
        memory: { kind: 'export', sort: 'memory', name: 'memory' },
        realloc: { kind: 'export', sort: 'func', name: 'cabi_realloc' },
      },
    });
  });

  it('tells the resources a component defines from those it imports', async () => {
    const { definedResources, importedResources, instances } = await decode(`
      (import "host" (instance $host (export "theirs" (type (sub resource)))))
      (alias export $host "theirs" (type $theirs))
      (core module $m (func (export "dtor") (param i32)))
      (core instance $i (instantiate $m))
      (type $ours (resource (rep i32) (dtor (core func $i "dtor"))))
      (export "ours" (type $ours))
      (core func $new (canon resource.new $ours))
      (core func $drop (canon resource.drop $theirs))
      (core instance (export "new" (func $new)) (export "drop" (func $drop)))`);
    const [[ours, definition] = []] = definedResources;
    const [theirs] = importedResources;
    expect(ours).toEqual({ instance: '', name: 'ours' });
    expect(theirs).toEqual({ instance: 'host', name: 'theirs' });
    expect(definition?.destructor).toMatchObject({ kind: 'export', instance: 0, name: 'dtor' });
    expect(itemOf(instances, 1, 'new')).toEqual({
      kind: 'resource',
      part: 0,
      builtin: 'new',
      resource: ours,
    });
    expect(itemOf(instances, 1, 'drop')).toEqual({
      kind: 'resource',
      part: 0,
      builtin: 'drop',
      resource: theirs,
    });
  });

  it.each([
    ['a core module that it imports', '(import "m" (core module))', 'its import "m" is a core module'],
    [
      'a core module in an instance that it imports',
      '(import "i" (instance (export "m" (core module))))',
      'its import "i/m" is a core module',
    ],
    ['a component that it imports', '(import "c" (component))', 'its import "c" is a component'],
  ])('names as an obstacle %s', async (_, text, obstacle) => {
    expect((await decode(text)).obstacle).toContain(obstacle);
  });

  it('numbers parts as they are instantiated, with what they are in', async () => {
    const { parts, instances, lowered, modules } = await decode(`
      (component $inner
        (core module $m (func (export "f")))
        (core instance $i (instantiate $m))
        (func (export "f") (canon lift (core func $i "f"))))
      (component $outer (alias outer 1 $inner (component $c))
        (instance $a (instantiate $c)) (instance $b (instantiate $c))
        (core func $f (canon lower (func $b "f")))
        (core instance (export "f" (func $f))))
      (instance (instantiate $outer))`);
    expect(parts).toEqual([{ parent: undefined }, { parent: 0 }, { parent: 1 }, { parent: 1 }]);
    expect(modules).toHaveLength(1);
    expect(instances.map(({ kind }) => kind)).toEqual(['instantiate', 'instantiate', 'exports']);
    expect(lowered).toMatchObject([
      { kind: 'call', part: 1, lift: { part: 3, core: { instance: 1, name: 'f' } } },
    ]);
  });

  it('follows core modules across the borders of components', async () => {
    const { instances, modules, obstacle } = await decode(`
      (component $maker (core module $m (func (export "f"))) (export "m" (core module $m)))
      (instance $maker (instantiate $maker))
      (alias export $maker "m" (core module $m))
      (component $taker (import "m" (core module $m (export "f" (func)))) (core instance (instantiate $m)))
      (component $nested (alias outer 1 $m (core module $n)) (core instance (instantiate $n)))
      (instance (instantiate $taker (with "m" (core module $m))))
      (instance (instantiate $nested))
      (export "m" (core module $m))`);
    expect(obstacle).toBeUndefined();
    expect(modules).toHaveLength(1);
    expect(instances).toEqual([
      { kind: 'instantiate', module: 0, args: new Map() },
      { kind: 'instantiate', module: 0, args: new Map() },
    ]);
  });

  it('is not stopped by components that are defined and never instantiated', async () => {
    const { obstacle } = await decode('(component (core module $m) (core instance (instantiate $m)))');
    expect(obstacle).toBeUndefined();
  });
});

async function decode(text: string): Promise<Instantiation> {
  return decodeInstantiation(await parse(`(component ${text})`));
}

function itemOf(instances: Instantiation['instances'], index: number, name: string): CoreItem | undefined {
  const instance = instances[index];
  return instance?.kind === 'exports' ? instance.items.get(name) : undefined;
}

async function compiles(module: Uint8Array): Promise<boolean> {
  await webAssembly.compile(module);
  return true;
}
