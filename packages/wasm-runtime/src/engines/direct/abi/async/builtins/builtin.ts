import type { AbiPart } from '../../abi-part.js';
import { type Returned, withArity } from '../../core-arity.js';
import type { CoreFunction } from '../../core-types.js';
import type { CoreSignature } from '../../signature.js';
import { suspendingImport } from '../../suspending-import.js';

/** What a part calls, which never waits. What it throws ends the guest. */
export function plainBuiltin(
  part: AbiPart,
  label: string,
  arity: number,
  run: (flat: readonly (number | bigint)[]) => Returned,
): CoreFunction {
  const { flat } = part;
  return withArity(arity, flat, () => {
    try {
      part.leave(label);
      return run(flat);
    } catch (error) {
      throw part.instance.fail(error);
    }
  });
}

/** What a part calls and may have to wait for. */
export function waitingBuiltin(
  part: AbiPart,
  label: string,
  signature: CoreSignature,
  run: (flat: readonly (number | bigint)[]) => Returned | Promise<Returned>,
): CoreFunction {
  const { flat } = part;
  return suspendingImport(signature, flat, () => {
    try {
      part.leave(label);
      return run(flat);
    } catch (error) {
      throw part.instance.fail(error);
    }
  });
}

/** An argument that is an index, an address or a length. */
export function u32(flat: readonly (number | bigint)[], place: number): number {
  return (flat[place] as number) >>> 0;
}
