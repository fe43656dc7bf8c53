import type { ActiveData } from '../../formats/core-module/index.js';
import { type CoreGlobal, type CoreMemory, unsignedValue, webAssembly } from '../web-assembly.js';

/** As V8 does it for active segments, and as the specification wants it: the first one that does not fit ends it. */
export function writeData(
  data: readonly ActiveData[],
  memories: readonly CoreMemory[],
  exports: Readonly<Record<string, unknown>>,
): void {
  if (data.length === 0) return;
  const views = memories.map(({ buffer }) => new Uint8Array(buffer));
  for (const { memory, offset, bytes } of data) {
    const view = views[memory] as Uint8Array;
    const start = typeof offset === 'number' ? offset : unsignedValue(exports[offset] as CoreGlobal);
    if (start + bytes.length > view.length) {
      throw new webAssembly.RuntimeError(
        `a data segment of ${bytes.length} bytes at ${start} is beyond the end of the memory, ${view.length} bytes`,
      );
    }
    view.set(bytes, start);
  }
}
