import { access, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  guestForEachKind,
  type Language,
  MissingToolchainError,
  type Toolchain,
  wasi03Wit,
} from '../language.js';
import { makeComponent } from '../make-component.js';
import { findTool, runTool } from '../run-tool.js';

/** Guests need nothing of WASI but what their world imports, so that the smallest target will do. */
const target = 'wasm32-unknown-unknown';

const shared = { title: 'Rust', shared: ['Cargo.toml', 'Cargo.lock'], recipe: import.meta.filename };

/** Rust with the bindings of the crate wit-bindgen. */
export const rust: Language = {
  ...shared,
  name: 'rust',
  guests: [...guestForEachKind, { name: 'gate', kinds: [], hasOwnWorld: true }],
  findToolchain: findRust,
};

/** The same for WASI 0.3, with the crate wasip3. */
export const rustWasi03: Language = {
  ...shared,
  name: 'rust-wasi03',
  wit: wasi03Wit,
  guests: [
    ...guestForEachKind,
    { name: 'lines', kinds: [] },
    { name: 'lines-caller', kinds: [] },
    { name: 'middleware', kinds: [], hasOwnWorld: true },
  ],
  findToolchain: findRust,
};

async function findRust(): Promise<Toolchain> {
  const cargo = await findTool(['cargo'], ['--version']);
  if (cargo === undefined) throw new MissingToolchainError('cargo is not installed');
  const { compiler, version, args, env } = await findCompiler();
  return {
    versions: version,
    async build({ guest, language, toolFolder, report }) {
      const output = join(toolFolder, `${basename(language)}-target`);
      if (args.length > 0 && !(await isThere(join(output, target)))) {
        report('building the standard library of Rust, which takes minutes');
      }
      const build = ['build', '--locked', '--release', '--package', guest, '--target', target, ...args];
      await runTool(cargo.command, build, {
        cwd: language,
        env: { ...env, RUSTC: compiler, CARGO_TARGET_DIR: output },
      });
      return await makeComponent({
        binary: await readFile(join(output, target, 'release', `${guest.replaceAll('-', '_')}.wasm`)),
      });
    },
  };
}

interface RustCompiler {
  readonly compiler: string;
  readonly version: string;
  /** For cargo. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** A compiler with the standard library for the target, else one with the sources of that library. */
async function findCompiler(): Promise<RustCompiler> {
  const commands: string[] = [];
  for (const command of ['rustc', '/usr/bin/rustc']) {
    const found = await findTool([command], ['--version']);
    if (found === undefined) continue;
    commands.push(found.line);
    const compiler = { compiler: command, version: found.line };
    const targetFolder = await runTool(command, ['--print', 'target-libdir', '--target', target]);
    if (await isThere(targetFolder.trim())) return { ...compiler, args: [], env: {} };

    const sysroot = (await runTool(command, ['--print', 'sysroot'])).trim();
    if (!(await isThere(join(sysroot, 'lib/rustlib/src/rust/library/Cargo.lock')))) continue;
    const linker = await findLinker(command);
    if (linker === undefined) continue;
    return {
      ...compiler,
      args: ['-Zbuild-std=std,panic_abort'],
      // Lets a stable compiler build its own standard library.
      env: { RUSTC_BOOTSTRAP: '1', CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER: linker },
    };
  }
  throw new MissingToolchainError(
    commands.length === 0
      ? 'rustc is not installed'
      : `no rustc has the target ${target} or the sources of its standard library (there are: ${commands.join(', ')})`,
  );
}

/** An LLD that is as new as the LLVM in the compiler. */
async function findLinker(rustc: string): Promise<string | undefined> {
  const [, llvm] = /^LLVM version: (\d+)/m.exec(await runTool(rustc, ['-vV'])) ?? [];
  for (const command of [`wasm-ld-${llvm}`, 'wasm-ld']) {
    const found = await findTool([command], ['--version']);
    const [, version] = /\b(\d+)\.\d+\.\d+/.exec(found?.line ?? '') ?? [];
    if (Number(version) >= Number(llvm)) return command;
  }
  return undefined;
}

async function isThere(path: string): Promise<boolean> {
  try {
    await access(path);
    return true;
  } catch {
    return false;
  }
}
