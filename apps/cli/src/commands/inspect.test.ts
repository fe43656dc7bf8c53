import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createTempDir } from '@wasmlattice/test-support';
import { describe, expect, it } from 'vitest';
import { runCli } from '../program.js';
import { createTestIo } from '../testing/test-io.js';

const preamble = [0x00, 0x61, 0x73, 0x6d, 0x0d, 0x00, 0x01, 0x00];
/** Imports the function `f` and the interface `a:b/c`, which has no function. */
const imports = [
  ...section(0x07, [0x02, 0x40, 0x00, 0x01, 0x00, 0x42, 0x00]),
  ...section(0x0a, [
    0x02,
    0x00,
    0x05,
    ...Buffer.from('a:b/c'),
    0x05,
    0x01,
    0x00,
    0x01,
    ...Buffer.from('f'),
    0x01,
    0x00,
  ]),
];

function section(id: number, content: readonly number[]): number[] {
  return [id, content.length, ...content];
}

async function inspect(bytes: readonly number[] | undefined, ...flags: string[]) {
  await using folder = await createTempDir();
  if (bytes !== undefined) await writeFile(join(folder.path, 'guest.wasm'), Uint8Array.from(bytes));
  const io = createTestIo({}, folder.path);
  const code = await runCli(['inspect', 'guest.wasm', ...flags], io);
  return { code, output: io.output, errors: io.errors };
}

describe('inspect', () => {
  it('says that a component runs here, and what it is made of', async () => {
    const { code, output } = await inspect(preamble);
    expect(code).toBe(0);
    expect(output).toContain('guest.wasm: a valid component, 8 bytes\nIt runs here, on engine direct.\n');
  });

  it('says why one does not run, and shows its world all the same', async () => {
    const { code, output } = await inspect([...preamble, ...imports]);
    expect(code).toBe(1);
    expect(output).toMatch(/It would not run here: .*can't link: f: a function outside of any interface/);
    expect(output).toContain('a:b/c (types only)');
    expect(output).toContain('the world itself (served by nobody)\n    f: func()');
  });

  it('shows all of one that uses a feature which is off', async () => {
    const module = [
      0x00,
      0x61,
      0x73,
      0x6d,
      0x01,
      0x00,
      0x00,
      0x00,
      ...section(0x05, [0x01, 0x03, 0x01, 0x02]),
    ];
    const { code, output } = await inspect([...preamble, ...imports, ...section(0x01, module)]);
    expect(code).toBe(1);
    expect(output).toMatch(
      /^guest.wasm: a valid component, \d+ bytes\nIt would not run here: .* uses shared memories .*\(at byte \d+\)/,
    );
    expect(output).toContain('a:b/c (types only)');
    expect(output).toContain(
      'core module 0: 14 bytes, 0 functions, 0 tables; memory of 65536 bytes, at most 131072\n',
    );
    expect(output).toContain('shared memories (SHARED_MEMORY): off here\n');
  });

  it('gives programs JSON, in two spellings', async () => {
    const { code, output } = await inspect([...preamble, ...imports], '--json');
    expect(code).toBe(1);
    expect(JSON.parse(output)).toMatchObject({
      valid: true,
      obstacle: expect.stringContaining('no link'),
      imports: [
        { id: 'a:b/c', servedBy: 'types' },
        { id: '', functions: ['f: func()'], servedBy: 'nobody' },
      ],
      exports: [],
      report: { coreModules: [] },
    });
    expect((await inspect([...preamble, ...imports], '-o', 'json')).output).toBe(output);
  });

  it('says where an invalid component is wrong', async () => {
    const { code, output } = await inspect([...preamble, 0x07, 0x02, 0x01, 0x20]);
    expect(code).toBe(1);
    expect(output).toMatch(
      /^guest.wasm: no valid component, 12 bytes\nIt would not run here: .+, in type section \(at byte 11\)\n$/,
    );
  });

  it('says what a file is that is no component', async () => {
    const { code, output } = await inspect([...Buffer.from('hello world')]);
    expect(code).toBe(1);
    expect(output).toContain('found a file that starts with 68 65 6c 6c 6f');
  });

  it('says that there is no such file', async () => {
    expect(await inspect(undefined)).toEqual({
      code: 2,
      output: '',
      errors:
        "error: the file `guest.wasm` can't be read: ENOENT\ncheck: check the path, and that it is a file that you may read\n",
    });
  });
});
