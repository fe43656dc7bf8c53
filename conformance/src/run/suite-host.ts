import type { ComponentTypes, HostImport, HostImports, LoadOptions } from '@wasmlattice/wasm-runtime/engines';
import { DeclaredMembers, type HostMembers } from '@wasmlattice/wasm-runtime/host-functions';

/**
 * What scripts may import, by the conventions of Wasmtime's runner of such scripts: some functions, an instance `host` with more of
 * them, and resources that know how often they were dropped.
 */
export interface SuiteHost {
  /** Imports for one instance. */
  readonly imports: HostImports;
  readonly suspends: LoadOptions['suspends'];
  /** The first import of a component that there is nothing for; `undefined` when it has all it needs. */
  missing(types: ComponentTypes): string | undefined;
}

const suspending = new Set([
  'host-echo-u32',
  'never-return',
  'return-two-slowly',
  'echo-slowly',
  '[method]resource1.never-return',
]);

export function createSuiteHost(): SuiteHost {
  const imports = new Map([
    ['', declared('', worldFunctions)],
    ['host', declared('host', hostFunctions())],
    ['host/nested', declared('host/nested', { returnFour: () => 4 })],
  ]);
  return {
    imports,
    suspends: (_instance, func) => suspending.has(func),
    missing(types) {
      const functions = types.imports.flatMap(({ id, functions }) => functions.map(({ name }) => [id, name]));
      const all = [...functions, ...types.importedFunctions.map(({ name }) => ['', name])];
      const unknown = all.find(([id = '', name = '']) => !served.has(`${id} ${name}`));
      if (unknown !== undefined) return unknown.filter(Boolean).join(' ');
      // A function is no instance, be that one of nothing.
      const instance = types.imports.find(({ id }) => served.has(` ${id}`));
      if (instance !== undefined) return `instance ${instance.id}`;
      const resource = types.imports
        .flatMap(({ id, resources }) => resources.map((name) => `${id} ${name}`))
        .find((name) => !servedResources.has(name));
      return resource ?? differentResource(types);
    },
  };
}

const served = new Set([
  ' host-echo-u32',
  ' host-return-two',
  'host return-three',
  'host return-hi',
  'host/nested return-four',
  'host never-return',
  'host return-two-slowly',
  'host echo-slowly',
  'host [constructor]resource1',
  'host [static]resource1.assert',
  'host [static]resource1.last-drop',
  'host [static]resource1.drops',
  'host [method]resource1.simple',
  'host [method]resource1.take-borrow',
  'host [method]resource1.take-own',
  'host [method]resource1.never-return',
]);

/** One that a component says is another one. */
function differentResource({ imports }: ComponentTypes): string | undefined {
  for (const { id, aliases = [] } of imports) {
    for (const { name, resource } of aliases) {
      const [one, other] = [`${id} ${name}`, `${resource.instance} ${resource.name}`];
      if (servedResources.has(one) && underOneName(one) !== underOneName(other)) return one;
    }
  }
  return undefined;
}

function underOneName(resource: string): string {
  return resource === 'host resource1-again' ? 'host resource1' : resource;
}

const servedResources = new Set(['host resource1', 'host resource2', 'host resource1-again']);

const worldFunctions: HostMembers = {
  hostEchoU32: async (value: number) => value,
  hostReturnTwo: () => 2,
};

function hostFunctions(): HostMembers {
  let drops = 0;
  let lastDrop = 0;
  class Resource1 {
    readonly #rep: number;

    constructor(rep: number) {
      this.#rep = rep;
    }

    static assert(resource: Resource1, rep: number): void {
      expectEqual(resource.#rep, rep);
    }

    static lastDrop(): number {
      return lastDrop;
    }

    static drops(): number {
      return drops;
    }

    simple(rep: number): void {
      expectEqual(this.#rep, rep);
    }

    takeBorrow(_other: Resource1): void {}

    takeOwn(other: Resource1): void {
      other[Symbol.dispose]();
    }

    neverReturn(): Promise<never> {
      return new Promise(() => {});
    }

    [Symbol.dispose](): void {
      drops++;
      lastDrop = this.#rep;
    }
  }
  class Resource2 {}
  return {
    Resource1,
    Resource2,
    Resource1Again: Resource1,
    returnThree: () => 3,
    returnHi: () => 'hi',
    neverReturn: () => new Promise(() => {}),
    returnTwoSlowly: async () => {
      await turn();
      return 2;
    },
    echoSlowly: async (value: number) => {
      await turn();
      return value;
    },
  };
}

function declared(id: string, members: HostMembers): HostImport {
  const namesOf = (all: ReadonlySet<string>): string[] =>
    [...all].filter((each) => each.startsWith(`${id} `)).map((each) => each.slice(id.length + 1));
  const functions = namesOf(served).map((name) => ({ name, params: [] }));
  return new DeclaredMembers({ functions, resources: namesOf(servedResources) }).bind(members);
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function expectEqual(actual: number, expected: number): void {
  if (actual !== expected) throw new Error(`expected the resource ${expected}, got ${actual}`);
}
