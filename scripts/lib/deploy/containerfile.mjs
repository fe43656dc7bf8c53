/**
 * The instructions of a Containerfile, in order: `{ name, text }`, lines that go on joined. `text` in brackets, the
 * form without a shell, is an array.
 */
export function parseContainerfile(source) {
  return source
    .split('\n')
    .filter((line) => !/^\s*#/.test(line))
    .join('\n')
    .replace(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name, text] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      if (name === undefined) throw new Error(`no instruction: ${line}`);
      return { name, text: /^\[.*\]$/.test(text) ? JSON.parse(text) : text };
    });
}

/** The variables that `ENV` of the last stage sets. */
export function environmentOf(instructions) {
  const last = instructions.findLastIndex(({ name }) => name === 'FROM');
  return Object.fromEntries(
    instructions
      .slice(last)
      .filter(({ name }) => name === 'ENV')
      .flatMap(({ text }) => text.split(/\s+/))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}
