import {
  descriptorMethodsWit,
  fileErrorsWit,
  fileKindsWit,
  fileTypesWit,
  preopensWit,
} from './shared-wit.js';

/** What is served of `wasi:filesystem@0.3`. */
export const filesystem03Wit: string = `
package wasi:filesystem@0.3.2;

interface types {
  use wasi:clocks/system-clock@0.3.2.{instant};
  variant descriptor-type {
${fileKindsWit}
    other(option<string>),
  }
${fileTypesWit('instant')}
  variant error-code {
    access,
${fileErrorsWit}
    other(option<string>),
  }
  resource descriptor {
    read-via-stream: func(offset: filesize) -> tuple<stream<u8>, future<result<_, error-code>>>;
    write-via-stream: func(data: stream<u8>, offset: filesize) -> future<result<_, error-code>>;
    append-via-stream: func(data: stream<u8>) -> future<result<_, error-code>>;
    read-directory: func() -> tuple<stream<directory-entry>, future<result<_, error-code>>>;
${descriptorMethodsWit('async func')}
  }
}

${preopensWit}
`;
