import { type Address, type Kernel, KernelError, type PageMap } from '../kernel.js';

/** A system that pretends to map and does nothing, with what a test has it do instead. */
export function fakeKernel(given: Partial<Kernel> = {}): Kernel {
  return {
    pageSize: 4096,
    addressOf: (): Address => 0x10_0000n,
    createFile: () => 1000,
    closeFile: () => {},
    mapOver: () => {},
    view: (_file, size) => new ArrayBuffer(size),
    drop: () => {},
    openPageMap: () => fakePageMap(),
    openWriteWatch: () => {
      throw new KernelError('userfaultfd: operation not permitted');
    },
    ...given,
  };
}

export function fakePageMap(given: Partial<PageMap> = {}): PageMap {
  return { name: 'a fake', findPrivate: () => {}, privateBytes: () => 0, close: () => {}, ...given };
}
