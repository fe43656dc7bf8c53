import { CompileError } from '../../errors.js';

export const engineName = 'direct';

/** The component is fine, but needs what this engine does not have; another one may run it. */
export class UnsupportedComponentError extends CompileError {
  override readonly name: string = 'UnsupportedComponentError';
  /** What the component does, as the end of a sentence. */
  readonly reason: string;

  constructor(component: string, reason: string) {
    super(component, engineName, reason);
    this.reason = reason;
  }
}
