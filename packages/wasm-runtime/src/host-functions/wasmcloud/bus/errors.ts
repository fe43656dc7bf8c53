import { IoError, ResultError } from '../../wasi/io/index.js';

/** Resource `wrpc:rpc/error.error`: why a call to the lattice failed. */
export class RpcErrorResource {
  readonly cause: unknown;

  constructor(cause: unknown) {
    this.cause = cause;
  }

  /** @throws ResultError that gives the guest its error back when that is no failed call */
  static fromIoError(error: IoError): RpcErrorResource {
    if (!isFailedCall(error.cause)) throw new ResultError(error);
    return new RpcErrorResource(error.cause);
  }

  toDebugString(): string {
    return new IoError(this.cause).toDebugString();
  }
}

/** Resource `wasmcloud:bus/error.error`: the same under wasmCloud's own name. */
export class BusError {
  readonly #error: RpcErrorResource;

  constructor(error: RpcErrorResource) {
    this.#error = error;
  }

  static fromRpcError(error: RpcErrorResource): BusError {
    return new BusError(error);
  }

  /** @throws ResultError that gives the guest its error back when that is no failed call */
  static fromIoError(error: IoError): BusError {
    return new BusError(RpcErrorResource.fromIoError(error));
  }

  toDebugString(): string {
    return this.#error.toDebugString();
  }
}

/** Whether an I/O error is that of a call to the lattice: a stream that broke, a peer that left. */
function isFailedCall(cause: unknown): boolean {
  return cause instanceof Error && (cause.name === 'RpcError' || cause.name === 'LinkNotFoundError');
}
