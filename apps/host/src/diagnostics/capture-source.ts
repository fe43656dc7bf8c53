import { createHash } from 'node:crypto';
import type { ComponentPlaces } from '@wasmlattice/component-host';
import type { CaptureSource } from '@wasmlattice/diagnostics';
import { decodeComponent } from '@wasmlattice/wasm-runtime';
import type { ComponentService } from '../control-plane/component/component-service.js';

/** Has the threads and processes of a host record invocations, and tells which code these are of. */
export function createCaptureSource({
  components,
  places,
}: {
  readonly components: Pick<ComponentService, 'code'>;
  readonly places: Pick<ComponentPlaces, 'notify'>;
}): CaptureSource {
  return {
    async describe(componentId) {
      const code = components.code(componentId);
      if (code === undefined) return undefined;
      const bytes = await code.readBytes();
      const { imports, exports } = decodeComponent(bytes);
      return {
        imageRef: code.imageRef,
        sha256: createHash('sha256').update(bytes).digest('hex'),
        imports: imports.map(({ id }) => id),
        exports: exports.map(({ id }) => id),
      };
    },
    record: (order) => places.notify({ kind: 'capture', order }),
  };
}
