/** An import of a module of Node.js, as rolldown writes it: a line of its own. */
const builtinImport = /^import (?:(\w+)(?:, )?)?(?:\{ ([^}]*) \})? from "(node:[\w/]+)";$/gm;

/**
 * The same code for less memory, line by line:
 *
 * - Modules of Node.js come by `process.getBuiltinModule`. An `import` of one reads all that it exports, and so loads what it would load when that is
 *   used: that of `node:util` alone loads threads and their messages.
 * - Characters beyond Latin-1 become escapes. V8 keeps a text with one of them in two bytes a character.
 */
export function leanCode(code: string): string {
  return code.replace(builtinImport, byProcess).replace(/[^\0-\xff]/g, escaped);
}

function byProcess(
  line: string,
  whole: string | undefined,
  names: string | undefined,
  module: string,
): string {
  const wanted = [whole, names && `{ ${names.replaceAll(' as ', ': ')} }`].filter(
    (each) => each !== undefined,
  );
  if (wanted.length === 0) return line;
  return wanted.map((each) => `const ${each} = process.getBuiltinModule("${module}");`).join(' ');
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
