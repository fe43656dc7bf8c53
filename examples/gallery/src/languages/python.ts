import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { guestForEachKind, type Language, wasi03Wit } from '../language.js';
import { findPython, installPythonPackage } from '../python-package.js';
import { runTool } from '../run-tool.js';

const componentizePy = '0.25.1';

/** componentize-py from PyPI, in a virtual environment of its own. */
export const python: Language = {
  name: 'python',
  title: 'Python',
  guests: guestForEachKind,
  shared: [],
  recipe: import.meta.filename,
  async findToolchain() {
    const command = await findPython();
    return {
      // The component has a CPython of its own: that on the machine only runs the tool.
      versions: `componentize-py ${componentizePy}`,
      async build(job) {
        const { guest, source, wit, workFolder } = job;
        const folder = await installPythonPackage(command, {
          name: 'componentize-py',
          version: componentizePy,
          ...job,
        });
        const [app, document, output] = ['app', 'gallery.wit', 'guest.wasm'].map((name) =>
          join(workFolder, name),
        );
        // Python leaves byte code beside the sources that it reads.
        await cp(source, app as string, { recursive: true });
        await writeFile(document as string, wit);
        await runTool(join(folder, 'bin/componentize-py'), [
          ...['--quiet', '--wit-path', document as string, '--world', guest],
          ...['componentize', 'app', '--python-path', app as string, '--output', output as string],
        ]);
        return await readFile(output as string);
      },
    };
  },
};

/** A guest that has no part in the four: it has a function to call. */
export const pythonGreet: Language = {
  ...python,
  guests: [{ name: 'greet', kinds: [], hasOwnWorld: true }],
};

/** Guests of WASI 0.3, whose functions are coroutines. */
export const pythonWasi03: Language = {
  ...python,
  name: 'python-wasi03',
  wit: wasi03Wit,
  guests: [...guestForEachKind, { name: 'lines', kinds: [] }],
};
