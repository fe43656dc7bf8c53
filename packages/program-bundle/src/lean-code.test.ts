import { expect, it } from 'vitest';
import { leanCode } from './lean-code.js';

it.each([
  ['import { isIP } from "node:net";', 'const { isIP } = process.getBuiltinModule("node:net");'],
  [
    'import { setTimeout as setTimeout$1, setImmediate } from "node:timers/promises";',
    'const { setTimeout: setTimeout$1, setImmediate } = process.getBuiltinModule("node:timers/promises");',
  ],
  ['import net from "node:net";', 'const net = process.getBuiltinModule("node:net");'],
  [
    'import net, { isIP } from "node:net";',
    'const net = process.getBuiltinModule("node:net"); const { isIP } = process.getBuiltinModule("node:net");',
  ],
  ['import * as net from "node:net";', 'import * as net from "node:net";'],
  ['import "node:net";', 'import "node:net";'],
  ['import { connect } from "nats";', 'import { connect } from "nats";'],
])('makes of %s what loads no more than is used', (code, lean) => {
  expect(leanCode(`// first\n${code}\n// last`)).toBe(`// first\n${lean}\n// last`);
});

it('means the same in characters of one byte', () => {
  const code = 'return ["…", `😀`, /^[😀é]$/u.test("😀")]';
  expect(leanCode(code)).toMatch(/^[\0-\xff]*$/);
  expect(Function(leanCode(code))()).toEqual(['…', '😀', true]);
});
