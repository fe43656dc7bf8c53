import { describeError } from '@wasmlattice/telemetry';

/** Whether a file operation failed with one of these codes: `ENOENT`. */
export function hasCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'the provider has no permission; check the owner of the root directory',
  EPERM: 'the provider has no permission; check the owner of the root directory',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk quota is used up',
  EROFS: 'the file system is read-only',
  ENAMETOOLONG: 'the name is too long for the file system',
  EMFILE: 'too many files are open',
  EISDIR: 'there are objects whose names begin with this one and a slash',
  EEXIST: 'a part of the name before a slash is an object itself',
  ENOTDIR: 'a part of the name before a slash is an object itself',
};

/** Why an operation failed, for the component: paths of the machine stay out of it. */
export function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error && 'code' in cause && 'syscall' in cause)) return describeError(cause);
  const code = String(cause.code);
  return reasons[code] ?? `the file system says ${code}`;
}
