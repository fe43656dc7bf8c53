import { createComponentValidator } from '@wasmlattice/component-validator';
import type { ComponentTypes } from '../engines/engine.js';
import { assertComponent } from '../formats/component/detect-binary.js';
import { decodeComponent } from '../formats/component/index.js';
import { refusalOf } from '../validation/index.js';

/** Reads the types of components. Several of them share the thread that validates. */
export interface ComponentTypesReader extends AsyncDisposable {
  /**
   * What a component imports and exports, types included. It is validated first; nothing of it is compiled or run.
   *
   * @param component names it in errors
   * @throws InvalidComponentError, UnsupportedComponentError
   */
  read(bytes: Uint8Array, component: string): Promise<ComponentTypes>;
}

export function createComponentTypesReader(): ComponentTypesReader {
  const validator = createComponentValidator();
  return {
    read: async (bytes, component) => {
      assertComponent(bytes);
      const refusal = refusalOf(await validator.validate(bytes), component);
      if (refusal !== undefined) throw refusal;
      return decodeComponent(bytes);
    },
    [Symbol.asyncDispose]: () => validator.close(),
  };
}

/** {@link ComponentTypesReader.read} of one component. */
export async function readComponentTypes(bytes: Uint8Array, component: string): Promise<ComponentTypes> {
  await using reader = createComponentTypesReader();
  return await reader.read(bytes, component);
}
