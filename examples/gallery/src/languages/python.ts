import { access, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type BuildJob, guestForEachKind, type Language, MissingToolchainError } from '../language.js';
import { findTool, runTool } from '../run-tool.js';

const componentizePy = '0.25.1';
const oldestPython = [3, 10] as const;

/** componentize-py from PyPI, in a virtual environment of its own. */
export const python: Language = {
  name: 'python',
  title: 'Python',
  guests: guestForEachKind,
  shared: [],
  recipe: import.meta.filename,
  async findToolchain() {
    const found = await findTool(['python3', 'python'], ['--version']);
    const [, major, minor] = /^Python (\d+)\.(\d+)/.exec(found?.line ?? '') ?? [];
    const isNewEnough =
      Number(major) > oldestPython[0] ||
      (Number(major) === oldestPython[0] && Number(minor) >= oldestPython[1]);
    if (found === undefined || !isNewEnough) {
      throw new MissingToolchainError(
        `Python ${oldestPython.join('.')} or later is not installed${found === undefined ? '' : `, but ${found.line}`}`,
      );
    }
    return {
      // The component has a CPython of its own: that on the machine only runs the tool.
      versions: `componentize-py ${componentizePy}`,
      async build(job) {
        const tool = await installComponentizePy(found.command, job);
        const { guest, source, wit, workFolder } = job;
        const [app, document, output] = ['app', 'gallery.wit', 'guest.wasm'].map((name) =>
          join(workFolder, name),
        );
        // Python leaves byte code beside the sources that it reads.
        await cp(source, app as string, { recursive: true });
        await writeFile(document as string, wit);
        await runTool(tool, [
          ...['--quiet', '--wit-path', document as string, '--world', guest],
          ...['componentize', 'app', '--python-path', app as string, '--output', output as string],
        ]);
        return await readFile(output as string);
      },
    };
  },
};

async function installComponentizePy(
  pythonCommand: string,
  { toolFolder, report }: BuildJob,
): Promise<string> {
  const folder = join(toolFolder, `componentize-py-${componentizePy}`);
  const tool = join(folder, 'bin/componentize-py');
  try {
    await access(tool);
    return tool;
  } catch {
    report(`installing componentize-py ${componentizePy}`);
  }
  try {
    await runTool(pythonCommand, ['-m', 'venv', '--clear', folder]);
    const pip = ['-m', 'pip', 'install', '--disable-pip-version-check', '--quiet'];
    await runTool(join(folder, 'bin/python'), [...pip, `componentize-py==${componentizePy}`]);
    return tool;
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    throw new MissingToolchainError(`componentize-py can't be installed: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
