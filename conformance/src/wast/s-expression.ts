/** A piece of WebAssembly text, with its place in it in UTF-16 units. */
export type Node = ListNode | AtomNode | StringNode;

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly Node[];
  readonly start: number;
  readonly end: number;
}

/** Anything without quotes and parentheses: a keyword, a number, a `$name`. */
export interface AtomNode {
  readonly kind: 'atom';
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

export interface StringNode {
  readonly kind: 'string';
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/** The text is no sequence of S-expressions. */
export class SyntaxProblem extends Error {
  override readonly name = 'SyntaxProblem';
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(`${message} at character ${offset}`);
    this.offset = offset;
  }
}

/**
 * Reads the S-expressions of a text, leaving out comments. What they mean is not its business, so that new syntax within a component
 * is none to it.
 *
 * @throws SyntaxProblem
 */
export function readNodes(text: string): readonly Node[] {
  const stack: { readonly start: number; readonly items: Node[] }[] = [{ start: 0, items: [] }];
  let at = 0;
  const add = (node: Node): void => {
    stack.at(-1)?.items.push(node);
  };
  while (at < text.length) {
    const start = at;
    const char = text[at];
    if (char === '(' && text[at + 1] === ';') {
      at = endOfBlockComment(text, at);
    } else if (char === ';' && text[at + 1] === ';') {
      at = text.indexOf('\n', at);
      if (at === -1) at = text.length;
    } else if (char === '(') {
      stack.push({ start, items: [] });
      at++;
    } else if (char === ')') {
      const closed = stack.pop();
      if (closed === undefined || stack.length === 0) throw new SyntaxProblem('a ")" too many', at);
      at++;
      add({ kind: 'list', items: closed.items, start: closed.start, end: at });
    } else if (char === '"') {
      const { bytes, end } = readString(text, at);
      at = end;
      add({ kind: 'string', bytes, start, end });
    } else if (/\s/.test(char ?? '')) {
      at++;
    } else {
      atomPattern.lastIndex = at;
      at += atomPattern.exec(text)?.[0].length ?? 1;
      add({ kind: 'atom', text: text.slice(start, at), start, end: at });
    }
  }
  const [outer, open] = stack;
  if (open !== undefined) throw new SyntaxProblem('a "(" that nothing closes', open.start);
  return outer?.items ?? [];
}

const atomPattern = /[^\s()";]+/y;

function endOfBlockComment(text: string, start: number): number {
  const marks = /\(;|;\)/g;
  marks.lastIndex = start;
  for (let depth = 0; ; ) {
    const mark = marks.exec(text);
    if (mark === null) throw new SyntaxProblem('a "(;" that nothing closes', start);
    depth += mark[0] === '(;' ? 1 : -1;
    if (depth === 0) return marks.lastIndex;
  }
}

const plainEscapes: Readonly<Record<string, number>> = {
  t: 0x09,
  n: 0x0a,
  r: 0x0d,
  '"': 0x22,
  "'": 0x27,
  '\\': 0x5c,
};

function readString(text: string, start: number): { readonly bytes: Uint8Array; readonly end: number } {
  const parts: Uint8Array[] = [];
  let at = start + 1;
  while (text[at] !== '"') {
    if (at >= text.length) throw new SyntaxProblem('a string that nothing ends', start);
    if (text[at] === '\\') {
      const { bytes, end } = readEscape(text, at);
      parts.push(bytes);
      at = end;
    } else {
      stringPattern.lastIndex = at;
      const run = stringPattern.exec(text)?.[0] ?? '';
      parts.push(Buffer.from(run));
      at += run.length;
    }
  }
  return { bytes: Buffer.concat(parts), end: at + 1 };
}

const stringPattern = /[^"\\]+/y;

function readEscape(text: string, at: number): { readonly bytes: Uint8Array; readonly end: number } {
  const plain = plainEscapes[text[at + 1] ?? ''];
  if (plain !== undefined) return { bytes: Uint8Array.of(plain), end: at + 2 };
  const code = /^\\u\{([0-9a-fA-F_]+)\}/.exec(text.slice(at, at + 16));
  if (code !== null) {
    const char = String.fromCodePoint(Number.parseInt((code[1] ?? '').replaceAll('_', ''), 16));
    return { bytes: Buffer.from(char), end: at + code[0].length };
  }
  const byte = /^\\([0-9a-fA-F]{2})/.exec(text.slice(at, at + 3));
  if (byte === null) throw new SyntaxProblem('an unknown escape in a string', at);
  return { bytes: Uint8Array.of(Number.parseInt(byte[1] ?? '', 16)), end: at + 3 };
}
