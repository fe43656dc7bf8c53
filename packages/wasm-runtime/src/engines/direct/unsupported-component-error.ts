import { CompileError } from '../../errors.js';

export const engineName = 'direct';

/** What a person can do who has a component that another engine may run. */
const otherEngine = 'build it without that or, if you trust whoever made it, run it on engine "jco"';

/** The component is fine, but needs what this engine does not have. */
export class UnsupportedComponentError extends CompileError {
  override readonly name: string = 'UnsupportedComponentError';
  /** What the component does, as the end of a sentence. */
  readonly reason: string;

  /** @param advice what a person can do who has it */
  constructor(component: string, reason: string, advice: string = otherEngine) {
    super(component, engineName, `${reason}; ${advice}`);
    this.reason = reason;
  }
}
