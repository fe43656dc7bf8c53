import { KernelError } from '../kernel.js';

export type Ffi = typeof import('node:ffi');

/**
 * `node:ffi`, without the warning that it is experimental: a host that is to use it by itself does not want it in each thread. Other
 * warnings come as ever.
 *
 * @throws KernelError where this Node.js has none
 */
export function loadFfi(): Ffi {
  const { emitWarning } = process;
  process.emitWarning = ((...args: Parameters<typeof emitWarning>) => {
    const [message, type] = args as readonly unknown[];
    if (type === 'ExperimentalWarning' && String(message).startsWith('FFI ')) return;
    emitWarning.apply(process, args);
  }) as typeof emitWarning;
  try {
    const ffi = process.getBuiltinModule('node:ffi') as Ffi | undefined;
    if (ffi === undefined) throw new KernelError('this Node.js has no node:ffi');
    return ffi;
  } finally {
    process.emitWarning = emitWarning;
  }
}
