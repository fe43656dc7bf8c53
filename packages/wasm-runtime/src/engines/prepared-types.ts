import { decodeComponent } from '../formats/component/index.js';
import type { ComponentTypes, PreparedComponent } from './engine.js';

/** The types of a prepared component, decoded anew in about a millisecond. */
export function preparedTypes({ skeleton }: Pick<PreparedComponent, 'skeleton'>): ComponentTypes {
  return decodeComponent(skeleton);
}
