/** How the program ends, for scripts. */
export const exitCodes = {
  success: 0,
  /** It was tried and did not work. */
  failure: 1,
  /** Wrong arguments, variables, or manifest: nothing was tried. */
  usage: 2,
  /** No NATS server, or no host in the lattice. */
  unreachable: 3,
  /** Ended by Ctrl-C, as shells have it. */
  interrupted: 130,
} as const;
