import { httpErrorCodeWit } from './http-error-code-wit.js';

/** `wasi:io` and `wasi:http` 0.2.3, as much as guests that answer requests use of them: packages for behind a world. */
export const http02Wit: string = `
  package wasi:io@0.2.3 {
    interface error { resource error; }
    interface streams {
      use error.{error};
      variant stream-error { last-operation-failed(error), closed }
      resource input-stream {
        blocking-read: func(len: u64) -> result<list<u8>, stream-error>;
      }
      resource output-stream {
        blocking-write-and-flush: func(contents: list<u8>) -> result<_, stream-error>;
      }
    }
  }
  package wasi:http@0.2.3 {
    interface types {
      use wasi:io/streams@0.2.3.{input-stream, output-stream};
      ${httpErrorCodeWit}
      variant header-error { invalid-syntax, forbidden, immutable }
      resource fields {
        constructor();
        append: func(name: string, value: list<u8>) -> result<_, header-error>;
      }
      resource incoming-body {
        %stream: func() -> result<input-stream>;
      }
      resource incoming-request {
        path-with-query: func() -> option<string>;
        consume: func() -> result<incoming-body>;
      }
      resource outgoing-body {
        write: func() -> result<output-stream>;
        finish: static func(this: outgoing-body, trailers: option<fields>) -> result<_, error-code>;
      }
      resource outgoing-response {
        constructor(headers: fields);
        body: func() -> result<outgoing-body>;
      }
      resource response-outparam {
        set: static func(param: response-outparam, response: result<outgoing-response, error-code>);
      }
    }
    interface incoming-handler {
      use types.{incoming-request, response-outparam};
      handle: func(request: incoming-request, response-out: response-outparam);
    }
  }`;
