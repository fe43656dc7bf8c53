/** What is served of `wasmcloud:messaging@0.2.0`. */
export const messagingWit: string = `
package wasmcloud:messaging@0.2.0;

interface types {
  record broker-message {
    subject: string,
    body: list<u8>,
    reply-to: option<string>,
  }
}

interface consumer {
  use types.{broker-message};
  request: func(subject: string, body: list<u8>, timeout-ms: u32) -> result<broker-message, string>;
  publish: func(msg: broker-message) -> result<_, string>;
}
`;

/** What is served of `wasmcloud:messaging@0.3.0`. */
export const messagingV3Wit: string = `
package wasmcloud:messaging@0.3.0;

interface types {
  type metadata = list<tuple<string, string>>;
  type topic = string;
  resource client {
    connect: static func(name: string) -> result<client, error>;
    disconnect: func() -> result<_, error>;
  }
  variant error {
    timeout,
    connection(string),
    permission-denied(string),
    other(string),
  }
  resource message {
    constructor(data: list<u8>);
    topic: func() -> option<topic>;
    content-type: func() -> option<string>;
    set-content-type: func(content-type: string);
    data: func() -> list<u8>;
    set-data: func(data: list<u8>);
    metadata: func() -> option<metadata>;
    add-metadata: func(key: string, value: string);
    set-metadata: func(meta: metadata);
    remove-metadata: func(key: string);
  }
}

interface producer {
  use types.{client, error, message, topic};
  send: func(c: borrow<client>, topic: topic, message: message) -> result<_, error>;
}

interface request-reply {
  use types.{client, error, message, topic};
  resource request-options {
    constructor();
    set-timeout-ms: func(timeout-ms: u32);
    set-expected-replies: func(expected-replies: u32);
  }
  request: func(c: borrow<client>, topic: topic, message: borrow<message>, options: option<request-options>) -> result<list<message>, error>;
  reply: func(reply-to: borrow<message>, message: message) -> result<_, error>;
}
`;
