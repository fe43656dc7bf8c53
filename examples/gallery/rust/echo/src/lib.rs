wit_bindgen::generate!({
    world: "examples:gallery/echo",
    path: [
        "../../../guest-build/wit/io",
        "../../../guest-build/wit/clocks",
        "../../../guest-build/wit/http",
        "../../../guest-build/wit/keyvalue",
        "../../wit",
    ],
    generate_all,
});

use exports::wasi::http::incoming_handler::Guest;
use wasi::http::types::{
    Fields, IncomingBody, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam,
};
use wasi::io::streams::StreamError;

/// What one `blocking_write_and_flush` takes at most.
const CHUNK: u64 = 4096;

struct Echo;
export!(Echo);

impl Guest for Echo {
    fn handle(request: IncomingRequest, response_out: ResponseOutparam) {
        let headers = Fields::new();
        headers.set("content-type", &request.headers().get("content-type")).unwrap();
        let response = OutgoingResponse::new(headers);
        let incoming = request.consume().unwrap();
        let outgoing = response.body().unwrap();
        ResponseOutparam::set(response_out, Ok(response));

        let (source, sink) = (incoming.stream().unwrap(), outgoing.write().unwrap());
        loop {
            match source.blocking_read(CHUNK) {
                Ok(chunk) => sink.blocking_write_and_flush(&chunk).unwrap(),
                Err(StreamError::Closed) => break,
                Err(error) => panic!("the request broke off: {error}"),
            }
        }
        drop((source, sink));
        drop(IncomingBody::finish(incoming));
        OutgoingBody::finish(outgoing, None).unwrap();
    }
}
