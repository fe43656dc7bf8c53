import { err, ok, type Result } from '@wasmlattice/rpc';
import type { BrokerMessage } from '@wasmlattice/rpc/interfaces';
import type { ComponentInstance, ComponentTypes } from '../../../engines/engine.js';
import { Message } from './message.js';
import type { MessagingError } from './v3.js';

/** The id of the component's `wasmcloud:messaging/incoming-handler@0.3.0` export, `undefined` when it has none. */
export function messageHandlerExport(types: ComponentTypes): string | undefined {
  return types.exports.find(({ id }) => id === 'wasmcloud:messaging/incoming-handler@0.3.0')?.id;
}

/**
 * Gives a message to the component's handler of 0.3.0; the answer is that of 0.2.0, where an error is a text.
 * @throws TrapError when the guest traps
 */
export async function invokeMessageHandler(
  instance: ComponentInstance,
  exportId: string,
  message: BrokerMessage,
): Promise<Result<undefined, string>> {
  const result = (await instance.call(exportId, 'handle', [Message.from(message)])) as Result<
    undefined,
    MessagingError
  >;
  return result.tag === 'ok' ? ok() : err(describeError(result.val));
}

function describeError(error: MessagingError): string {
  return error.tag === 'timeout' ? 'timeout' : `${error.tag}: ${error.val}`;
}
