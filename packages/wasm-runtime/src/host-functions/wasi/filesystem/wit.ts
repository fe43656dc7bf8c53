import {
  descriptorMethodsWit,
  fileErrorsWit,
  fileKindsWit,
  fileTypesWit,
  preopensWit,
} from './shared-wit.js';

/** What is served of `wasi:filesystem@0.2`. */
export const filesystemWit: string = `
package wasi:filesystem@0.2.12;

interface types {
  use wasi:io/streams@0.2.12.{input-stream, output-stream, error};
  use wasi:clocks/wall-clock@0.2.12.{datetime};
  enum descriptor-type {
    unknown,
${fileKindsWit}
  }
${fileTypesWit('datetime')}
  enum error-code {
    access,
    would-block,
${fileErrorsWit}
  }
  resource descriptor {
    read-via-stream: func(offset: filesize) -> result<input-stream, error-code>;
    write-via-stream: func(offset: filesize) -> result<output-stream, error-code>;
    append-via-stream: func() -> result<output-stream, error-code>;
    read: func(length: filesize, offset: filesize) -> result<tuple<list<u8>, bool>, error-code>;
    write: func(buffer: list<u8>, offset: filesize) -> result<filesize, error-code>;
    read-directory: func() -> result<directory-entry-stream, error-code>;
${descriptorMethodsWit('func')}
  }
  resource directory-entry-stream {
    read-directory-entry: func() -> result<option<directory-entry>, error-code>;
  }
  filesystem-error-code: func(err: borrow<error>) -> option<error-code>;
}

${preopensWit}
`;
