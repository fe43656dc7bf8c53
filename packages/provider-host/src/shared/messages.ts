/** What the host tells the process that several providers share. `seat` tells their starts apart. */
export type ToShared =
  /** Loads the program `file` with HostData as the line that a process of its own reads. */
  | { readonly tag: 'start'; readonly seat: number; readonly file: string; readonly hostData: string }
  | { readonly tag: 'stop'; readonly seat: number };

/** What that process tells the host. */
export type FromShared =
  /** A line that the provider logs. */
  | { readonly tag: 'line'; readonly seat: number; readonly text: string }
  /** The provider has stopped, or failed with `error`. */
  | { readonly tag: 'ended'; readonly seat: number; readonly error?: string | undefined };
