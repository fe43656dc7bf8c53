import { BlockedThreadError } from '../../errors.js';
import type { Preemption } from '../preemption.js';
import type { AbiInstance } from './abi/index.js';
import { type Checks, type Verdict, verdicts } from './check-bridge.js';

/** Longest run of guest code that can't be suspended, in ms: of one realloc, post-return or destructor. */
const maxBlockedMs = 100;

/** What becomes of the guest in one instance when its thread wants something of it. */
export class GuestChecks implements Checks {
  readonly #abi: AbiInstance;
  readonly #preemption: Preemption;
  /** Names the guest, and stands for it among those that take turns. */
  readonly #program: { readonly component: string };

  constructor(abi: AbiInstance, preemption: Preemption, program: { readonly component: string }) {
    this.#abi = abi;
    this.#preemption = preemption;
    this.#program = program;
  }

  readonly check = (): Verdict => {
    const abi = this.#abi;
    // The word stays set, for what else this guest does on its way out.
    if (abi.failure !== undefined) return verdicts.end;
    const isSliceOver = this.#preemption.isSliceOver();
    if (abi.wait.abortReason !== undefined) return this.#end(abi.wait.abortReason);
    if (abi.blockedSince !== undefined) return this.#checkBlocked(abi.blockedSince);
    return isSliceOver ? verdicts.wait : verdicts.goOn;
  };

  readonly wait = (): Promise<Verdict> => {
    const { wait } = this.#abi;
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    const end = (): void => resolve(verdicts.end);
    wait.start(end);
    void this.#preemption.nextTurn(this.#program).then(() => {
      if (wait.end(end)) resolve(verdicts.goOn);
    });
    return promise;
  };

  #checkBlocked(since: number): Verdict {
    const now = performance.now();
    if (since === 0) this.#abi.blockedSince = now;
    else if (now - since > maxBlockedMs) {
      return this.#end(new BlockedThreadError(this.#program.component, maxBlockedMs));
    }
    return verdicts.goOn;
  }

  #end(error: Error): Verdict {
    this.#abi.fail(error);
    return verdicts.end;
  }
}
