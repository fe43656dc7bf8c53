/** What the callee exports and the caller imports. */
export const streamsInterface = 'test:handles/streams@1.0.0';
export const countersInterface = 'test:handles/counters@1.0.0';
/** What the caller exports. */
export const callerInterface = 'test:handles/relay@1.0.0';
/** What the writer exports. */
export const lettersInterface = 'test:handles/letters@1.0.0';

export const wit = `
  package test:handles@1.0.0;

  interface streams {
    use wasi:io/streams@0.2.3.{input-stream};
    record parcel { label: string, contents: list<input-stream>, extra: option<input-stream> }
    /// Reads to the end: how many bytes there were.
    measure: func(data: input-stream) -> result<u64, string>;
    /// How many bytes of so many it got; drops the stream then.
    first: func(data: input-stream, length: u64) -> result<u64, string>;
    echo: func(data: input-stream) -> input-stream;
    /// The streams of the parcel in a list.
    unpack: func(parcel: parcel) -> list<input-stream>;
  }

  interface counters {
    use wasi:io/streams@0.2.3.{input-stream};
    resource counter {
      constructor(start: u32);
      add: func(n: u32) -> u32;
      /// Fails without a start.
      make: static func(start: option<u32>) -> result<counter, string>;
      /// How many bytes the stream has; the counter counts them.
      measure: func(data: input-stream) -> u32;
    }
    /// What it has, and a second counter of the same instance that has as much.
    twin: func(of: borrow<counter>) -> tuple<u32, counter>;
    /// Takes the counter: what it has.
    finish: func(counter: counter) -> u32;
    crash: func(any: borrow<counter>);
  }

  /// Calls what it is linked to.
  interface relay {
    use wasi:io/streams@0.2.3.{input-stream};
    measure: func(data: input-stream) -> result<u64, string>;
    first: func(data: input-stream, length: u64) -> result<u64, string>;
    echo: func(data: input-stream) -> input-stream;
    /// Drops what it gets back.
    ignore: func(data: input-stream);
    /// Makes a counter, adds one so many times, and drops the counter: what it had.
    count: func(start: u32, times: u32) -> u32;
    /// The same by the static function, and gives the counter away at the end.
    count-and-finish: func(start: u32, times: u32) -> u32;
    /// Makes a counter and ends with it in its hands.
    leave: func(start: u32) -> u32;
  }

  interface letters {
    /// The letters a, b, c so many times, written after the answer.
    repeat: async func(times: u32) -> stream<u8>;
  }

  world callee { export streams; export counters; }
  world caller { import streams; import counters; export relay; }
  world writer { export letters; }

  package wasi:io@0.2.3 {
    interface error { resource error; }
    interface streams {
      use error.{error};
      variant stream-error { last-operation-failed(error), closed }
      resource input-stream {
        blocking-read: func(len: u64) -> result<list<u8>, stream-error>;
      }
    }
  }`;
