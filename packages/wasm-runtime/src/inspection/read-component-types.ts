import { createComponentValidator } from '@wasmlattice/component-validator';
import type { ComponentTypes } from '../engines/engine.js';
import { assertComponent } from '../formats/component/detect-binary.js';
import { decodeComponent } from '../formats/component/index.js';
import { refusalOf } from '../validation/index.js';

/**
 * What a component imports and exports, types included. It is validated first; nothing of it is compiled or run.
 *
 * @param component names it in errors
 * @throws InvalidComponentError, UnsupportedComponentError
 */
export async function readComponentTypes(bytes: Uint8Array, component: string): Promise<ComponentTypes> {
  assertComponent(bytes);
  await using validator = createComponentValidator();
  const refusal = refusalOf(await validator.validate(bytes), component);
  if (refusal !== undefined) throw refusal;
  return decodeComponent(bytes);
}
