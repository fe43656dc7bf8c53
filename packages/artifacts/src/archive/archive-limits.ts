/** What an archive may have, in bytes. */
export interface ArchiveLimits {
  /** All of it, unpacked. */
  readonly total: number;
  /** One program. */
  readonly program: number;
  /** The WIT world. */
  readonly world: number;
}

const mebibyte = 1024 * 1024;

/** Providers of today have programs of 5 to 60 MB, for up to five targets. */
export const defaultArchiveLimits: ArchiveLimits = {
  total: 4096 * mebibyte,
  program: 1024 * mebibyte,
  world: 16 * mebibyte,
};

/** Longer tokens are refused when they are decoded. */
export const longestToken: number = mebibyte;
