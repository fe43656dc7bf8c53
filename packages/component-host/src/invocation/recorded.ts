import type { InvocationRecording } from '@wasmlattice/capture/recorder';
import type { WitFunction } from '@wasmlattice/rpc';

/** A call of a component's export. */
export interface ExportCall {
  /** Of the component, verbatim. */
  readonly exportId: string;
  /** As it is on the wire. */
  readonly func: WitFunction;
  readonly params: readonly unknown[];
}

/** Calls the guest; a recording is told with what, and what comes of it. */
export function recorded<T>(
  recording: InvocationRecording | undefined,
  call: ExportCall,
  work: () => Promise<T>,
): Promise<T> {
  if (recording === undefined) return work();
  recording.called(call.exportId, call.func, call.params);
  return work().then((result) => {
    recording.returned(call.func, result);
    return result;
  });
}
