wit_bindgen::generate!({
    world: "examples:gallery/counter",
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
use serde::Serialize;
use wasi::http::types::{Fields, IncomingRequest, OutgoingBody, OutgoingResponse, ResponseOutparam};
use wasi::keyvalue::store;

#[derive(Serialize)]
struct Visit {
    path: String,
    count: u64,
}

fn count(path: &str) -> Result<u64, store::Error> {
    let bucket = store::open("default")?;
    let before = bucket.get(path)?.and_then(|bytes| str::from_utf8(&bytes).ok()?.parse().ok());
    let count = before.unwrap_or(0) + 1;
    bucket.set(path, count.to_string().as_bytes())?;
    Ok(count)
}

struct Counter;
export!(Counter);

impl Guest for Counter {
    fn handle(request: IncomingRequest, response_out: ResponseOutparam) {
        let path = request.path_with_query().unwrap_or("/".into());
        let count = count(&path).unwrap();
        let answer = serde_json::to_vec(&Visit { path, count }).unwrap();

        let headers = Fields::from_list(&[("content-type".into(), b"application/json".into())]).unwrap();
        let response = OutgoingResponse::new(headers);
        let body = response.body().unwrap();
        ResponseOutparam::set(response_out, Ok(response));
        let stream = body.write().unwrap();
        stream.blocking_write_and_flush(&answer).unwrap();
        drop(stream);
        OutgoingBody::finish(body, None).unwrap();
    }
}
