import { readConstant } from './constants.js';
import type { Action, ComponentSource, Directive, PlacedDirective, Trapping } from './directive.js';
import { type ListNode, type Node, readNodes, SyntaxProblem } from './s-expression.js';

/**
 * Reads the commands of a `.wast` script. Components stay text.
 *
 * @throws SyntaxProblem
 */
export function readScript(text: string): readonly PlacedDirective[] {
  let line = 1;
  let counted = 0;
  return readNodes(text).map((node) => {
    line += newlines(text, counted, node.start);
    counted = node.start;
    return { line, directive: readDirective(asList(node), text) };
  });
}

function newlines(text: string, start: number, end: number): number {
  return text.slice(start, end).split('\n').length - 1;
}

function readDirective(list: ListNode, text: string): Directive {
  const keyword = atomAt(list, 0) ?? '';
  switch (keyword) {
    case 'component':
      return readComponent(list, text);
    case 'invoke':
      return { kind: 'invoke', action: readAction(list) };
    case 'assert_return':
      return {
        kind: 'assert-return',
        action: readAction(listAt(list, 1)),
        expected: list.items.slice(2).map(readConstant),
      };
    case 'assert_trap':
      return { kind: 'assert-trap', of: readTrapping(listAt(list, 1), text), message: stringAt(list, 2) };
    case 'assert_malformed':
      return { kind: 'assert-malformed', ...readRefused(list, text) };
    case 'assert_invalid':
      return { kind: 'assert-invalid', ...readRefused(list, text) };
    case 'assert_unlinkable':
      return { kind: 'assert-unlinkable', ...readRefused(list, text) };
    case 'register':
      return { kind: 'register', as: stringAt(list, 1), ...named(atomAt(list, 2)) };
    default:
      return { kind: 'other', keyword };
  }
}

function readRefused(
  list: ListNode,
  text: string,
): { readonly source: ComponentSource; readonly message: string } {
  return { source: readSource(listAt(list, 1), text), message: stringAt(list, 2) };
}

function readTrapping(list: ListNode, text: string): Trapping {
  if (atomAt(list, 0) === 'invoke') return { kind: 'call', action: readAction(list) };
  const component = readComponent(list, text);
  if (component.kind === 'instance') {
    return { kind: 'instance', ...(component.of !== undefined && { of: component.of }) };
  }
  return { kind: 'component', source: component.source };
}

/** `(component definition? $name? …)`, `(component instance $name? $definition?)`. */
function readComponent(
  list: ListNode,
  text: string,
): Extract<Directive, { readonly kind: 'component' | 'instance' }> {
  if (atomAt(list, 1) === 'instance') {
    const [name, of] = [atomAt(list, 2), atomAt(list, 3)];
    return { kind: 'instance', ...named(name), ...(of !== undefined && { of }) };
  }
  const isDefinition = atomAt(list, 1) === 'definition';
  const name = atomAt(list, isDefinition ? 2 : 1);
  const isNamed = name?.startsWith('$') ?? false;
  return {
    kind: 'component',
    ...(isNamed && named(name)),
    source: readSource(list, text),
    isDefinition,
  };
}

function readSource(list: ListNode, text: string): ComponentSource {
  const content = list.items.slice(1);
  if (isAtom(content[0], 'definition')) content.shift();
  const body = content[0];
  if (body?.kind === 'atom' && body.text.startsWith('$')) content.shift();
  const form = content[0];
  if (isAtom(form, 'binary')) return { form: 'binary', bytes: stringsOf(content.slice(1)) };
  if (isAtom(form, 'quote')) return { form: 'quote', text: quotedText(content.slice(1)) };
  const keyword = atomAt(list, 0) ?? '';
  const start = body?.start ?? list.end - 1;
  return { form: 'text', text: `(${keyword} ${text.slice(start, list.end)}` };
}

/** The strings are the lines within the parentheses of a component. */
function quotedText(strings: readonly Node[]): string {
  const lines = strings.map((each) => Buffer.from(stringsOf([each])).toString('utf8'));
  return `(component ${lines.join('\n')})`;
}

function readAction(list: ListNode): Action {
  if (atomAt(list, 0) !== 'invoke') throw new SyntaxProblem('expected an "invoke"', list.start);
  const instance = atomAt(list, 1);
  const rest = list.items.slice(instance === undefined ? 1 : 2);
  const [func, ...params] = rest;
  if (func?.kind !== 'string') throw new SyntaxProblem('expected the name of a function', list.start);
  return {
    ...(instance !== undefined && { instance }),
    func: Buffer.from(func.bytes).toString('utf8'),
    params: params.map(readConstant),
  };
}

function named(name: string | undefined): { readonly name?: string } {
  return name === undefined ? {} : { name };
}

function stringsOf(nodes: readonly Node[]): Uint8Array {
  return Buffer.concat(nodes.map((node) => (node.kind === 'string' ? node.bytes : new Uint8Array())));
}

function isAtom(node: Node | undefined, text: string): boolean {
  return node?.kind === 'atom' && node.text === text;
}

function atomAt(list: ListNode, index: number): string | undefined {
  const item = list.items[index];
  return item?.kind === 'atom' ? item.text : undefined;
}

function stringAt(list: ListNode, index: number): string {
  const item = list.items[index];
  return item?.kind === 'string' ? Buffer.from(item.bytes).toString('utf8') : '';
}

function listAt(list: ListNode, index: number): ListNode {
  const item = list.items[index];
  if (item === undefined) throw new SyntaxProblem('expected a "("', list.end);
  return asList(item);
}

function asList(node: Node): ListNode {
  if (node.kind !== 'list') throw new SyntaxProblem('expected a "("', node.start);
  return node;
}
