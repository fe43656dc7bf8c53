import { type Node, SyntaxProblem } from './s-expression.js';

/** A value as a script writes it; which WIT type it has is known where it goes. */
export type Constant =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'integer'; readonly value: bigint }
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'sequence'; readonly items: readonly Constant[] }
  | { readonly kind: 'record'; readonly fields: readonly (readonly [name: string, value: Constant])[] }
  /** Also of options and results, with the cases `none`, `some`, `ok`, `err`. */
  | { readonly kind: 'case'; readonly name: string; readonly payload?: Constant }
  | { readonly kind: 'flags'; readonly names: readonly string[] };

/**
 * `(u32.const 7)`, `(str.const "x")`, `(list.const (u8.const 1))`, …
 *
 * @throws SyntaxProblem
 */
export function readConstant(node: Node): Constant {
  return readParts(node.kind === 'list' ? node.items : [], node);
}

function readParts([head, ...rest]: readonly Node[], node: Node): Constant {
  const keyword = head?.kind === 'atom' ? head.text : '';
  switch (keyword) {
    case 'bool.const':
      return { kind: 'bool', value: atomOf(rest[0], node) === 'true' };
    case 'f32.const':
    case 'f64.const':
      return { kind: 'float', value: readFloat(atomOf(rest[0], node)) };
    case 'char.const':
    case 'str.const':
    case 'string.const':
      return { kind: 'text', value: textOf(rest[0], node) };
    case 'list.const':
    case 'tuple.const':
      return { kind: 'sequence', items: rest.map(readConstant) };
    case 'record.const':
      return { kind: 'record', fields: rest.map(readField) };
    case 'variant.const':
    case 'enum.const':
      return { kind: 'case', name: textOf(rest[0], node), ...payloadOf(rest[1]) };
    case 'option.none':
      return { kind: 'case', name: 'none' };
    case 'option.some':
      return { kind: 'case', name: 'some', ...payloadOf(rest[0]) };
    case 'result.ok':
      return { kind: 'case', name: 'ok', ...payloadOf(rest[0]) };
    case 'result.err':
      return { kind: 'case', name: 'err', ...payloadOf(rest[0]) };
    case 'flags.const':
      return { kind: 'flags', names: rest.map((each) => textOf(each, node)) };
    default:
      if (!/^[us](8|16|32|64)\.const$/.test(keyword)) {
        throw new SyntaxProblem(`a value of unknown kind "${keyword}"`, node.start);
      }
      return { kind: 'integer', value: readInteger(atomOf(rest[0], node)) };
  }
}

/** `(field "x" (u32.const 7))`, also written `(field "x" u32.const 7)`. */
function readField(node: Node): readonly [string, Constant] {
  const [, name, ...value] = node.kind === 'list' ? node.items : [];
  const [first] = value;
  if (first === undefined) throw new SyntaxProblem('a field without a value', node.start);
  return [textOf(name, node), first.kind === 'list' ? readConstant(first) : readParts(value, node)];
}

function payloadOf(node: Node | undefined): { readonly payload?: Constant } {
  return node === undefined ? {} : { payload: readConstant(node) };
}

function readInteger(text: string): bigint {
  const [, sign, digits = ''] = /^([+-]?)(.*)$/.exec(text.replaceAll('_', '')) ?? [];
  const value = BigInt(digits);
  return sign === '-' ? -value : value;
}

/** Decimal and hexadecimal, `inf`, `nan` in all its forms. */
function readFloat(text: string): number {
  const [, sign, digits = ''] = /^([+-]?)(.*)$/.exec(text.replaceAll('_', '')) ?? [];
  const value = readMagnitude(digits);
  return sign === '-' ? -value : value;
}

function readMagnitude(digits: string): number {
  if (digits === 'inf') return Number.POSITIVE_INFINITY;
  if (digits.startsWith('nan')) return Number.NaN;
  const hex = /^0x([0-9a-fA-F]+)(?:\.([0-9a-fA-F]*))?(?:[pP]([+-]?\d+))?$/.exec(digits);
  if (hex === null) return Number(digits);
  const [, whole = '', fraction = '', exponent = '0'] = hex;
  return Number(BigInt(`0x${whole}${fraction}`)) * 2 ** (Number(exponent) - 4 * fraction.length);
}

function atomOf(node: Node | undefined, within: Node): string {
  if (node?.kind !== 'atom') throw new SyntaxProblem('a value that is missing', within.start);
  return node.text;
}

function textOf(node: Node | undefined, within: Node): string {
  if (node?.kind !== 'string') throw new SyntaxProblem('a text that is missing', within.start);
  return Buffer.from(node.bytes).toString('utf8');
}
