import { http02Guest, http02GuestExport } from '@wasmlattice/test-support';
import { buildGuest } from './build-guest.js';

/** Verbatim id of what the guest exports. */
export const httpGuestExport: string = http02GuestExport;

/** An HTTP guest without a toolchain. */
export function buildHttpGuest(): Promise<Uint8Array> {
  return buildGuest(http02Guest);
}
