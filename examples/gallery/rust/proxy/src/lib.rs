wit_bindgen::generate!({
    world: "examples:gallery/proxy",
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
use wasi::http::outgoing_handler;
use wasi::http::types::{
    ErrorCode, Fields, IncomingBody, IncomingRequest, IncomingResponse, OutgoingBody, OutgoingRequest,
    OutgoingResponse, ResponseOutparam, Scheme,
};
use wasi::io::streams::StreamError;

fn fetch(url: &str) -> Result<IncomingResponse, ErrorCode> {
    let (scheme, rest) = url.split_once("://").ok_or(ErrorCode::HttpRequestUriInvalid)?;
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let request = OutgoingRequest::new(Fields::new());
    let scheme = if scheme == "https" { Scheme::Https } else { Scheme::Http };
    request.set_scheme(Some(&scheme)).unwrap();
    request.set_authority(Some(authority)).unwrap();
    request.set_path_with_query(Some(if path.is_empty() { "/" } else { path })).unwrap();

    let future = outgoing_handler::handle(request, None)?;
    future.subscribe().block();
    future.get().unwrap().unwrap()
}

struct Proxy;
export!(Proxy);

impl Guest for Proxy {
    fn handle(request: IncomingRequest, response_out: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or_default();
        let upstream = match fetch(path.trim_start_matches('/')) {
            Ok(upstream) => upstream,
            Err(error) => return ResponseOutparam::set(response_out, Err(error)),
        };

        let headers = Fields::new();
        headers.set("content-type", &upstream.headers().get("content-type")).unwrap();
        let response = OutgoingResponse::new(headers);
        response.set_status_code(upstream.status()).unwrap();
        let incoming = upstream.consume().unwrap();
        let outgoing = response.body().unwrap();
        ResponseOutparam::set(response_out, Ok(response));

        let (source, sink) = (incoming.stream().unwrap(), outgoing.write().unwrap());
        loop {
            match sink.blocking_splice(&source, 1 << 16) {
                Ok(_) => {}
                Err(StreamError::Closed) => break,
                Err(error) => panic!("the answer broke off: {error}"),
            }
        }
        drop((source, sink));
        drop(IncomingBody::finish(incoming));
        OutgoingBody::finish(outgoing, None).unwrap();
    }
}
