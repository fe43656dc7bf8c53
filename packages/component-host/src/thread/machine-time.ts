/** A clock that threads and processes of a machine share, in ms; it only goes forwards. */
export function machineTime(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
