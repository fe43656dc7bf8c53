/** Kinds of files that `wasi:filesystem/types` tells apart in 0.2 and in 0.3. */
export const fileKindsWit: string = `    block-device,
    character-device,
    directory,
    fifo,
    symbolic-link,
    regular-file,
    socket,`;

/** Errors that it has in both, but for the first. */
export const fileErrorsWit: string = `    already,
    bad-descriptor,
    busy,
    deadlock,
    quota,
    exist,
    file-too-large,
    illegal-byte-sequence,
    in-progress,
    interrupted,
    invalid,
    io,
    is-directory,
    loop,
    too-many-links,
    message-size,
    name-too-long,
    no-device,
    no-entry,
    no-lock,
    insufficient-memory,
    insufficient-space,
    not-directory,
    not-empty,
    not-recoverable,
    unsupported,
    no-tty,
    no-such-device,
    overflow,
    not-permitted,
    pipe,
    read-only,
    invalid-seek,
    text-file-busy,
    cross-device,`;

/**
 * Types that it has in both.
 *
 * @param timestamp what a point in time is called
 */
export function fileTypesWit(timestamp: 'datetime' | 'instant'): string {
  return `  type filesize = u64;
  type link-count = u64;
  flags descriptor-flags {
    read,
    write,
    file-integrity-sync,
    data-integrity-sync,
    requested-write-sync,
    mutate-directory,
  }
  record descriptor-stat {
    %type: descriptor-type,
    link-count: link-count,
    size: filesize,
    data-access-timestamp: option<${timestamp}>,
    data-modification-timestamp: option<${timestamp}>,
    status-change-timestamp: option<${timestamp}>,
  }
  flags path-flags {
    symlink-follow,
  }
  flags open-flags {
    create,
    directory,
    exclusive,
    truncate,
  }
  variant new-timestamp {
    no-change,
    now,
    timestamp(${timestamp}),
  }
  record directory-entry {
    %type: descriptor-type,
    name: string,
  }
  enum advice {
    normal,
    sequential,
    random,
    will-need,
    dont-need,
    no-reuse,
  }
  record metadata-hash-value {
    lower: u64,
    upper: u64,
  }`;
}

/**
 * Methods of a descriptor that it has in both.
 *
 * @param func what functions are that may wait
 */
export function descriptorMethodsWit(func: 'func' | 'async func'): string {
  return `    advise: ${func}(offset: filesize, length: filesize, advice: advice) -> result<_, error-code>;
    sync-data: ${func}() -> result<_, error-code>;
    get-flags: ${func}() -> result<descriptor-flags, error-code>;
    get-type: ${func}() -> result<descriptor-type, error-code>;
    set-size: ${func}(size: filesize) -> result<_, error-code>;
    set-times: ${func}(data-access-timestamp: new-timestamp, data-modification-timestamp: new-timestamp) -> result<_, error-code>;
    sync: ${func}() -> result<_, error-code>;
    create-directory-at: ${func}(path: string) -> result<_, error-code>;
    stat: ${func}() -> result<descriptor-stat, error-code>;
    stat-at: ${func}(path-flags: path-flags, path: string) -> result<descriptor-stat, error-code>;
    set-times-at: ${func}(path-flags: path-flags, path: string, data-access-timestamp: new-timestamp, data-modification-timestamp: new-timestamp) -> result<_, error-code>;
    link-at: ${func}(old-path-flags: path-flags, old-path: string, new-descriptor: borrow<descriptor>, new-path: string) -> result<_, error-code>;
    open-at: ${func}(path-flags: path-flags, path: string, open-flags: open-flags, %flags: descriptor-flags) -> result<descriptor, error-code>;
    readlink-at: ${func}(path: string) -> result<string, error-code>;
    remove-directory-at: ${func}(path: string) -> result<_, error-code>;
    rename-at: ${func}(old-path: string, new-descriptor: borrow<descriptor>, new-path: string) -> result<_, error-code>;
    symlink-at: ${func}(old-path: string, new-path: string) -> result<_, error-code>;
    unlink-file-at: ${func}(path: string) -> result<_, error-code>;
    is-same-object: ${func}(other: borrow<descriptor>) -> bool;
    metadata-hash: ${func}() -> result<metadata-hash-value, error-code>;
    metadata-hash-at: ${func}(path-flags: path-flags, path: string) -> result<metadata-hash-value, error-code>;`;
}

/** Where files are found, in both. */
export const preopensWit: string = `interface preopens {
  use types.{descriptor};
  get-directories: func() -> list<tuple<descriptor, string>>;
}`;
