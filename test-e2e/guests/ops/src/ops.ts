import type { Shape, Styles } from 'test:ops/shapes@1.0.0';
import { log } from 'wasi:logging/logging@0.1.0-draft';

/** Plain functions over many types, for calls between components. */
export const shapes = {
  add: (a: number, b: bigint): bigint => BigInt(a) + b,

  describe(shape: Shape, label: string | undefined, style: Styles): string {
    const name = label ?? 'unnamed';
    const filled = style.filled ? 'filled ' : '';
    switch (shape.tag) {
      case 'dot':
        // A WIT result's error is thrown.
        throw `${name} is only a dot`;
      case 'circle':
        return `${filled}circle ${name} of ${shape.val}`;
      case 'polygon':
        return `${filled}polygon ${name}: ${shape.val.map(({ x, y }) => `${x},${y}`).join(' ')}`;
    }
  },

  reverse: (bytes: Uint8Array): Uint8Array => bytes.toReversed(),

  note(text: string): void {
    log('info', 'ops', `noted ${text}`);
  },

  fail(): number {
    throw new Error('ops fails on request');
  },
};
