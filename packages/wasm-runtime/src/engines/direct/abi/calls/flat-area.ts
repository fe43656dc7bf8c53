import { type GrowableMemory, webAssembly } from '../../../web-assembly.js';
import type { CoreType } from '../layout.js';

/**
 * Where JavaScript leaves core values for a function of WebAssembly, which takes them at once: 8 bytes for each. One for the thread, since
 * nothing runs between the two.
 */
export const flatArea: GrowableMemory = new webAssembly.Memory({ initial: 1, maximum: 1 });

const view = new DataView(flatArea.buffer);

export const flatSlotSize = 8;

/** Leaves core values of the types given. */
export function leaveFlat(types: readonly CoreType[], values: readonly (number | bigint)[]): void {
  for (let i = 0; i < types.length; i++) {
    const at = flatSlotSize * i;
    const value = values[i];
    switch (types[i]) {
      case 'i32':
        view.setInt32(at, value as number, true);
        break;
      case 'i64':
        view.setBigInt64(at, value as bigint, true);
        break;
      case 'f32':
        view.setFloat32(at, value as number, true);
        break;
      case 'f64':
        view.setFloat64(at, value as number, true);
        break;
    }
  }
}
