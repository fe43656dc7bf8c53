import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buildGuestText } from '@wasmlattice/handle-guests';
import { paths } from './paths.js';

const folder = join(paths.root, 'packages/postgres-interface/wit');
const query = 'wasmcloud:postgres/query@0.1.1-draft';
const copy = 'wasmlattice:postgres/copy@0.1.0';

/** A component that has a database and passes on what it is asked: statements, and rows as streams that it does not touch. */
export async function buildSqlDeskGuest(): Promise<Uint8Array> {
  const [types, statements, own] = await Promise.all(
    ['deps/postgres/types.wit', 'deps/postgres/query.wit', 'world.wit'].map((file) =>
      readFile(join(folder, file), 'utf8'),
    ),
  );
  const wit = `
    world guest { import ${query}; import ${copy}; export ${query}; export ${copy}; }
    ${packageOf(types, statements)}
    ${packageOf(own)}`;
  return await buildGuestText({ wit, wat });
}

/** Files of a package as a package within another file. */
function packageOf(...files: readonly (string | undefined)[]): string {
  const [, name = ''] = /^package (\S+);/.exec(files[0] ?? '') ?? [];
  return `package ${name} { ${files.map((file) => file?.replace(/^package \S+;/, '')).join('\n')} }`;
}

// Parameters and results have the same form in memory on both sides: they are passed on as they are.
const wat = `
  (import "${query}" "query" (func $query (param i32 i32 i32 i32 i32)))
  (import "${query}" "query-batch" (func $batch (param i32 i32 i32)))
  (import "${copy}" "copy-in" (func $copy-in (param i32 i32 i32 i32 i32)))
  (import "${copy}" "copy-out" (func $copy-out (param i32 i32 i32)))
  ;; code
  (func (export "${query}#query") (param i32 i32 i32 i32) (result i32)
    (call $query (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 16))
    (i32.const 16))
  (func (export "${query}#query-batch") (param i32 i32) (result i32)
    (call $batch (local.get 0) (local.get 1) (i32.const 16))
    (i32.const 16))
  (func (export "${copy}#copy-in") (param i32 i32 i32 i32) (result i32)
    (call $copy-in (local.get 0) (local.get 1) (local.get 2) (local.get 3) (i32.const 16))
    (i32.const 16))
  (func (export "${copy}#copy-out") (param i32 i32) (result i32)
    (call $copy-out (local.get 0) (local.get 1) (i32.const 16))
    (i32.const 16))`;
