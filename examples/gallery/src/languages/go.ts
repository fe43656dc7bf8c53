import { access, cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildJob, guestForEachKind, type Language, MissingToolchainError } from '../language.js';
import { makeComponent } from '../make-component.js';
import { findTool, runTool } from '../run-tool.js';

const witBindgen = '0.63.0';

/** The Go of the Go team, with bindings by wit-bindgen: what componentize-go does, in steps. */
export const go: Language = {
  name: 'go',
  title: 'Go',
  guests: guestForEachKind,
  shared: ['pkg'],
  recipe: import.meta.filename,
  async findToolchain() {
    const found = await findTool(['go', '/usr/local/go/bin/go'], ['version']);
    const [, minor] = /^go version go1\.(\d+)/.exec(found?.line ?? '') ?? [];
    if (found === undefined || Number(minor) < 25) {
      throw new MissingToolchainError(
        `Go 1.25 or later is not installed${found === undefined ? '' : `, but ${found.line}`}`,
      );
    }
    const cargo = await findTool(['cargo'], ['--version']);
    if (cargo === undefined) {
      throw new MissingToolchainError(`cargo is not installed, which builds wit-bindgen-cli ${witBindgen}`);
    }
    return {
      versions: `${found.line}, wit-bindgen-cli ${witBindgen}`,
      async build(job) {
        const { guest, language, source, wit, workFolder } = job;
        const tool = await installWitBindgen(cargo.command, job);
        const document = join(workFolder, 'gallery.wit');
        await writeFile(document, wit);
        const module = join(workFolder, 'module');
        await runTool(tool, ['go', '--world', guest, '--out-dir', module, document]);
        await cp(source, module, { recursive: true });
        await runTool(found.command, [
          ...['mod', 'edit', '-replace', `go.bytecodealliance.org/pkg=${join(language, 'pkg')}`],
          join(module, 'go.mod'),
        ]);
        const output = join(workFolder, 'core.wasm');
        // The linker would refuse what is linked by name to parts of the runtime that are not exported.
        const flags = ['-buildmode=c-shared', '-trimpath', '-ldflags=-checklinkname=0 -s -w', '-o', output];
        await runTool(found.command, ['build', ...flags, '.'], {
          cwd: module,
          env: { GOOS: 'wasip1', GOARCH: 'wasm', GOFLAGS: '-mod=mod', GOTOOLCHAIN: 'local', GOWORK: 'off' },
        });
        return await makeComponent({
          binary: await readFile(output),
          world: { wit, name: guest },
          usesPreview1: true,
        });
      },
    };
  },
};

async function installWitBindgen(cargo: string, { toolFolder, report }: BuildJob): Promise<string> {
  const folder = join(toolFolder, `wit-bindgen-cli-${witBindgen}`);
  const tool = join(folder, 'bin/wit-bindgen');
  try {
    await access(tool);
    return tool;
  } catch {
    report(`building wit-bindgen-cli ${witBindgen}, which takes minutes`);
  }
  const features = ['--locked', '--no-default-features', '--features', 'go'];
  try {
    await runTool(cargo, ['install', ...features, '--root', folder, `wit-bindgen-cli@${witBindgen}`]);
    return tool;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MissingToolchainError(`wit-bindgen-cli ${witBindgen} can't be built: ${reason}`, { cause });
  }
}
