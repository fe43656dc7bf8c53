import { execFile } from 'node:child_process';
import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { createClient, err, ok, serveInterface, type TypedInterface } from '@wasmlattice/rpc';
import { createMemoryInvoker, createMemoryServer, MemoryLattice } from '@wasmlattice/rpc/memory';
import { createTempDir } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { readWorld } from '../read-world.js';
import { writeModule } from './write-module.js';

const bank = {
  'wit/world.wit': `package acme:bank@1.2.0;
    interface accounts {
      use acme:types/money@0.1.0.{amount, currency};
      resource account {
        constructor(owner: string);
        balance: func() -> amount;
        open: static func(id: u64) -> result<account, failure>;
      }
      variant failure { no-such-account, frozen(string), other(option<u32>) }
      flags rights { read, write }
      record transfer { %from: u64, to: u64, what: amount, note: option<string>, tags: list<option<string>> }
      move-money: func(t: transfer, in: option<option<u8>>) -> result<u64, failure>;
      statement: func(id: u64, rights: rights) -> stream<u8>;
      rows: func() -> result<stream<tuple<u32, char>>>;
      later: func(default: list<tuple<u32, char>>) -> future<result<currency, string>>;
      forget: async func(keys: list<u8>);
    }
    interface audit {
      use acme:types/money@0.1.0.{amount};
      variant failure { full }
      note: func(what: amount) -> result<_, failure>;
    }
    interface notify { paid: func(id: u64, what: string); }
    world bank {
      export accounts;
      export audit;
      export ping: func() -> string;
      export wasi:keyvalue/atomics@0.2.0-draft;
      import notify;
    }`,
  'wit/deps/types/money.wit': `package acme:types@0.1.0;
    interface money { enum currency { eur, usd } record amount { cents: s64, currency: currency } }`,
  'wit/deps/keyvalue/store.wit': `package wasi:keyvalue@0.2.0-draft;
    interface store { resource bucket { } }
    interface atomics { use store.{bucket}; increment: func(bucket: borrow<bucket>, key: string, delta: u64) -> u64; }`,
};

/** A folder beside the packages that a module imports. */
async function workspace(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await createTempDir();
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder.path, name)), { recursive: true });
    await writeFile(join(folder.path, name), text);
  }
  await symlink(resolve(import.meta.dirname, '../../node_modules'), join(folder.path, 'node_modules'));
  return folder;
}

async function moduleOf(folder: { readonly path: string }): Promise<string> {
  return writeModule(await readWorld(join(folder.path, 'wit')), 'wit');
}

/** What the compiler says of the program, without the places. */
async function compile(folder: { readonly path: string }, program: string): Promise<string[]> {
  await writeFile(join(folder.path, 'bank.ts'), await moduleOf(folder));
  await writeFile(join(folder.path, 'provider.ts'), program);
  const compilerOptions = {
    strict: true,
    exactOptionalPropertyTypes: true,
    isolatedDeclarations: true,
    declaration: true,
    verbatimModuleSyntax: true,
    allowImportingTsExtensions: true,
    module: 'nodenext',
    target: 'esnext',
    types: [],
    noEmit: true,
    skipLibCheck: true,
  };
  await writeFile(
    join(folder.path, 'tsconfig.json'),
    JSON.stringify({ compilerOptions, files: ['bank.ts', 'provider.ts'] }),
  );
  await writeFile(join(folder.path, 'package.json'), '{ "type": "module" }');
  const tsc = resolve(import.meta.dirname, '../../node_modules/.bin/tsc');
  const { stdout } = await promisify(execFile)(tsc, ['-p', folder.path, '--pretty', 'false']).catch(
    (error: { readonly stdout: string }) => error,
  );
  return stdout.split('\n').filter((line) => line !== '');
}

const provider = (accounts: string): string => `
  import { err, ok } from '@wasmlattice/rpc';
  import { type Provider, provideWorld } from '@wasmlattice/provider-sdk';
  import { bankExports, type Amount } from './bank.ts';
  const amount: Amount = { cents: 5n, currency: 'eur' };
  export const provider: Provider = {
    exports: provideWorld(bankExports, {
      ${accounts}
      audit: { note: ({ cents }) => (cents > 0n ? ok() : err({ tag: 'full' })) },
      keyvalueAtomics: { increment: (_bucket, _key, delta) => ok(delta) },
      world: { ping: () => 'pong' },
    }),
  };`;

const accounts = (moveMoney: string): string => `accounts: {
  account: (owner) => new TextEncoder().encode(owner),
  'account.balance': (_self, { sourceId }) => (sourceId === '' ? { cents: 0n, currency: 'usd' } : amount),
  'account.open': async (id) => (id === 0n ? err({ tag: 'no-such-account' }) : ok(new Uint8Array(1))),
  ${moveMoney}
  async *statement() { yield new Uint8Array(2); },
  rows: () => ok((async function* () { yield [[1, 'a'] satisfies [number, string]]; })()),
  later: async (list) => Promise.resolve(list.length > 0 ? ok('eur') : err('none')),
  forget: (keys) => void keys.length as undefined,
},`;

const right = accounts(
  'moveMoney: (t, in_) => (in_.tag === "some" && t.note !== undefined ? ok(t.from) : err({ tag: "other", val: 1 })),',
);

describe('a module made of WIT', () => {
  it('has types that a provider is checked against', async () => {
    await using folder = await workspace(bank);
    expect(await compile(folder, provider(right))).toEqual([]);
  });

  it.each([
    ['an interface that is missing', '', /Property 'accounts' is missing/],
    ['a function that is missing', accounts(''), /Property 'moveMoney' is missing/],
    [
      'another result',
      accounts('moveMoney: () => ok("5"),'),
      /Type 'string' is not assignable to type 'bigint'/,
    ],
    [
      'a case that is not there',
      accounts('moveMoney: () => err({ tag: "lost" }),'),
      /\{ tag: "lost"; \}' is not assignable to type 'Failure'/,
    ],
    [
      'a parameter of another type',
      accounts('moveMoney: (t: string) => ok(1n),'),
      /'Transfer' is not assignable to type 'string'/,
    ],
  ])('refuses %s', async (_what, implementation, message) => {
    await using folder = await workspace(bank);
    expect((await compile(folder, provider(implementation))).join('\n')).toMatch(message);
  });

  it('refuses streams, futures and handles of other types, each by its name', async () => {
    await using folder = await workspace(bank);
    const wrong = right
      .replace('yield new Uint8Array(2)', 'yield "text"')
      .replace("[1, 'a'] satisfies [number, string]", '[1, 2]')
      .replace("ok('eur') : err('none')", "ok('gbp') : err('none')")
      .replace('ok(new Uint8Array(1))', 'ok(7)');
    const errors = (await compile(folder, provider(wrong))).join('\n');
    expect(errors).toMatch(/Type 'string' is not assignable to type 'Uint8Array/);
    expect(errors).toMatch(/Type 'number\[\]' is not assignable to type '\[number, string\]'/);
    expect(errors).toMatch(/"gbp".* is not assignable to type/);
    expect(errors).toMatch(/Type 'number' is not assignable to type 'Account'/);
    const without = right.replace("'account.balance'", "'account.rest'");
    expect((await compile(folder, provider(without))).join('\n')).toMatch(/'account\.rest'.* does not exist/);
  });

  it('describes the interfaces as they go over the lattice', async () => {
    await using folder = await workspace(bank);
    const file = join(folder.path, 'bank.ts');
    await writeFile(file, await moduleOf(folder));
    const { bankExports } = (await import(pathToFileURL(file).href)) as {
      readonly bankExports: {
        readonly accounts: TypedInterface<BankAccounts>;
        readonly audit: { readonly id: string };
      };
    };
    expect(Object.keys(bankExports)).toEqual(['accounts', 'audit', 'keyvalueAtomics', 'world']);
    const lattice = new MemoryLattice();
    const { accounts } = bankExports;
    expect(accounts.resources).toEqual(['account']);
    await using _served = await served(createMemoryServer({ lattice }), accounts, {
      moveMoney: async ({ from, what }) =>
        what.currency === 'usd' ? err({ tag: 'frozen', val: 'no dollars' }) : ok(from + what.cents),
    });
    const client = createClient<BankAccounts>(createMemoryInvoker({ lattice }), {
      target: 'bank',
      interface: accounts,
    });
    const transfer = { from: 1n, to: 2n, note: undefined, tags: ['a', undefined] };
    const move = (currency: string) =>
      client.moveMoney({ ...transfer, what: { cents: 40n, currency } }, { tag: 'none' });
    expect(await move('eur')).toEqual({ tag: 'ok', val: 41n });
    expect(await move('usd')).toEqual({ tag: 'err', val: { tag: 'frozen', val: 'no dollars' } });
  });

  it('declares a type that several interfaces use once, and tells apart what has one name only', async () => {
    await using folder = await workspace(bank);
    const text = await moduleOf(folder);
    expect(text.match(/^export interface Amount /gm)).toHaveLength(1);
    expect(text).toMatch(/^export type Failure =\n {2}\| .*no-such-account/m);
    expect(text).toMatch(/^export type AuditFailure =\n {2}\| .*full/m);
  });

  it('says what has no form', async () => {
    const world = 'package a:b;\ninterface i { f: func(x: list<u8, 4>); }\nworld w { export i; }';
    await using folder = await workspace({ 'wit/world.wit': world });
    await expect(moduleOf(folder)).rejects.toThrow('a list of fixed length has no form on wRPC');
  });
});

interface BankAccounts {
  moveMoney(
    transfer: { from: bigint; what: { cents: bigint; currency: string } } & Record<string, unknown>,
    limit: unknown,
  ): Promise<unknown>;
}

async function served(
  server: Parameters<typeof serveInterface>[0],
  wit: TypedInterface<BankAccounts>,
  implementation: BankAccounts,
): Promise<AsyncDisposable> {
  const handle = await serveInterface(server, { target: 'bank', interface: wit, implementation });
  return { [Symbol.asyncDispose]: () => handle.close() };
}
