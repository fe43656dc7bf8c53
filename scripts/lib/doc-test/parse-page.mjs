/**
 * What a page of the documentation has its reader do, in order:
 *
 * - `{ kind: 'commands', stays, commands: [{ line, command, expected }] }` of a block ```` ```console test ````: each line behind `$ `
 *   (and those that a `\` at its end joins to it), and the lines of output that follow it; with `stays`, the last one runs until the page ends
 * - `{ kind: 'shown', line, expected }` of a block ```` ```text test ````: what the last command that stays comes to write
 * - `{ kind: 'file', path, text }` of a block with `file=PATH`
 * - `{ kind: 'copy', from, to }` of a comment `<!-- doc-test: copy FROM TO -->`, from the repository, a file or a folder; with
 *   `replace: [old, new]` of `<!-- doc-test: copy FROM TO OLD NEW -->` the file has another word of that length there, as its next version
 *
 * `isSlow` is what the comment `<!-- doc-test: slow -->` says. Blocks without marks are for reading alone.
 */
export function parsePage(source) {
  const steps = [];
  let isSlow = false;
  const lines = source.split('\n');
  for (let at = 0; at < lines.length; at++) {
    const [, order] = /^<!-- doc-test: (.*) -->$/.exec(lines[at]) ?? [];
    if (order === 'slow') isSlow = true;
    else if (order !== undefined) steps.push(copyOf(order, at + 1));
    const [, fence, info] = /^(```+)(.*)$/.exec(lines[at]) ?? [];
    if (fence === undefined) continue;
    const end = lines.indexOf(fence, at + 1);
    if (end === -1) throw new Error(`line ${at + 1}: a block without an end`);
    const block = lines.slice(at + 1, end);
    const [language, ...marks] = info.trim().split(/\s+/);
    const path = marks.find((mark) => mark.startsWith('file='))?.slice('file='.length);
    if (path !== undefined) steps.push({ kind: 'file', path, text: `${block.join('\n')}\n` });
    if (language === 'console' && marks.includes('test'))
      steps.push({ kind: 'commands', stays: marks.includes('stays'), commands: commandsOf(block, at + 2) });
    if (language === 'text' && marks.includes('test'))
      steps.push({ kind: 'shown', line: at + 1, expected: block.filter((text) => text.trim() !== '') });
    at = end;
  }
  return { isSlow, steps };
}

function copyOf(order, line) {
  const [word, from, to, ...replace] = order.split(' ');
  const [before, after] = replace;
  if (
    word !== 'copy' ||
    to === undefined ||
    ![0, 2].includes(replace.length) ||
    before?.length !== after?.length
  )
    throw new Error(`line ${line}: no order of doc-test: ${order}`);
  return { kind: 'copy', from, to, ...(before !== undefined && { replace }) };
}

function commandsOf(block, firstLine) {
  const commands = [];
  let continues = false;
  for (const [index, text] of block.entries()) {
    const last = commands.at(-1);
    if (continues) last.command += `\n${text}`;
    else if (text.startsWith('$ '))
      commands.push({ line: firstLine + index, command: text.slice(2), expected: [] });
    else if (last === undefined) throw new Error(`line ${firstLine + index}: output before any command`);
    else if (text.trim() !== '') last.expected.push(text);
    continues = (text.startsWith('$ ') || continues) && text.endsWith('\\');
  }
  return commands;
}

/** The first of the `expected` lines that `output` lacks, in their order. `…` in a line is any text. */
export function missingLine(expected, output) {
  const lines = output.split('\n');
  let at = 0;
  for (const wanted of expected) {
    const pattern = new RegExp(wanted.trim().split('…').map(asPattern).join('.*'));
    const found = lines.findIndex((line, index) => index >= at && pattern.test(line));
    if (found === -1) return wanted;
    at = found + 1;
  }
  return undefined;
}

function asPattern(text) {
  return text.trim().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
