import type { Address, WriteWatch } from '../kernel.js';
import { KernelArgument } from './arguments.js';
import type { LinuxCalls } from './linux-calls.js';

/** Requests of `<linux/userfaultfd.h>`. */
const request = {
  api: 0xc018_aa3fn,
  register: 0xc020_aa00n,
  unregister: 0x8010_aa01n,
  writeProtect: 0xc018_aa06n,
};

const apiVersion = 0xaan;
/** The kernel itself lets writes through and notes them: no fault waits for this process. */
const writeProtectAsync = 1n << 15n;
const modeWriteProtect = { register: 2n, writeProtect: 1n };
const flags = { closeOnExec: 0o2_000_000, userModeOnly: 1 };

/** `userfaultfd` in a mode that only notes writes, which Linux 6.7 and later have. */
export class LinuxWriteWatch implements WriteWatch {
  readonly #calls: LinuxCalls;
  readonly #file: number;
  readonly #range: KernelArgument;

  /** @throws KernelError */
  constructor(calls: LinuxCalls) {
    this.#calls = calls;
    this.#range = new KernelArgument(calls, 32);
    this.#file = calls.userfaultfd(flags.closeOnExec | flags.userModeOnly);
    try {
      const api = new KernelArgument(calls, 24);
      api.set(0, apiVersion);
      api.set(1, writeProtectAsync);
      calls.ioctl(this.#file, request.api, api.address);
    } catch (error) {
      this.close();
      throw error;
    }
  }

  watch(address: Address, size: number): void {
    this.#request(request.register, address, size, modeWriteProtect.register);
    this.#request(request.writeProtect, address, size, modeWriteProtect.writeProtect);
  }

  unwatch(address: Address, size: number): void {
    this.#request(request.unregister, address, size, 0n);
  }

  close(): void {
    this.#calls.close(this.#file);
  }

  #request(operation: bigint, address: Address, size: number, mode: bigint): void {
    const range = this.#range;
    range.set(0, address);
    range.set(1, BigInt(size));
    range.set(2, mode);
    this.#calls.ioctl(this.#file, operation, range.address);
  }
}
