/** A resource the guest defined, in the hands of the host: opaque, to be passed back to the same guest or disposed. */
export abstract class GuestResource {
  /** Drops it: the guest's destructor runs. A second time does nothing. */
  abstract [Symbol.dispose](): void;
}
