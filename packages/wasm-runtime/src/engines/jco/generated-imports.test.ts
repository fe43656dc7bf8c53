import { func, t, type WitFunction } from '@wasmlattice/rpc';
import { expect, it } from 'vitest';
import { DeclaredMembers } from '../../host-functions/declared-members.js';
import type { ComponentTypes, HostImports } from '../engine.js';
import { generatedImports } from './generated-imports.js';

const id = 'test:host/things@1.0.0';
const thing = { instance: id, name: 'thing' };
const self = ['self', t.borrow(thing)] as const;

class Thing {
  readonly value: number;
  constructor(value = 0) {
    this.value = value;
  }
  static make(): Thing {
    return new Thing(7);
  }
  static secretly(): string {
    return 'of the host';
  }
  read(): number {
    return this.value;
  }
  internal(): void {}
}

/** What a component with these functions is given. */
function given(functions: readonly WitFunction[], members: Record<string, unknown> = { Thing }) {
  const declared = { id, functions, resources: ['thing'] };
  const types: ComponentTypes = {
    imports: [declared],
    exports: [],
    importedFunctions: [],
    exportedFunctions: [],
  };
  const imports: HostImports = new Map([[id, new DeclaredMembers(declared).bind(members)]]);
  return generatedImports(imports, types)[id] as Record<string, unknown> & { readonly Thing: typeof Thing };
}

it('generated code gets the declared functions and classes, and inherits nothing', () => {
  const count = (): number => 1;
  const members = given([func('count', [], t.u32), func('[static]thing.make', [], t.own(thing))], {
    Thing,
    count,
    other: count,
  });
  expect(Object.getPrototypeOf(members)).toBeNull();
  expect(Object.keys(members).sort()).toEqual(['Thing', 'count']);
  expect(members.count).toBe(count);
  expect('secretly' in members.Thing).toBe(false);
  expect(members.Thing.make().value).toBe(7);
  expect(members.Thing.make()).toBeInstanceOf(members.Thing);
});

it('a class has a constructor when the component declares one', () => {
  const construct = func('[constructor]thing', [['value', t.u32]], t.own(thing));
  const { Thing: Declared } = given([construct]);
  expect(new Declared(5)).toBeInstanceOf(Thing);
  expect(new Declared(5).value).toBe(5);
  const { Thing: Undeclared } = given([func('[method]thing.read', [self], t.u32)]);
  expect(() => new Undeclared()).toThrow('the host has no constructor of thing');
});

it('the class of the host stays as it is, whatever a component calls its functions', () => {
  const before = Object.getOwnPropertyDescriptors(Thing.prototype);
  given([
    func('[method]thing.read', [self], t.u32),
    func('[method]thing.to-string', [self], t.string),
    func('[method]thing.constructor', [self]),
    func('[static]thing.name', [], t.string),
  ]);
  expect(Object.getOwnPropertyDescriptors(Thing.prototype)).toEqual(before);
  expect(Thing.name).toBe('Thing');
});
