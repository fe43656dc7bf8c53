wit_bindgen::generate!({
    inline: "package examples:counter; world counter { import wasi:keyvalue/store@0.2.0-draft; }",
    path: "../../../guest-build/wit/keyvalue",
    generate_all,
});

use serde::Serialize;
use wasi::keyvalue::store;
use wasip3::http::types::{ErrorCode, Fields, Request, Response};
use wasip3::{wit_future, wit_stream};

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

wasip3::http::service::export!(Counter);

struct Counter;

impl wasip3::exports::http::handler::Guest for Counter {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let path = request.get_path_with_query().unwrap_or("/".into());
        let count = count(&path).unwrap();
        let answer = serde_json::to_vec(&Visit { path, count }).unwrap();

        let headers = Fields::from_list(&[("content-type".into(), b"application/json".into())]).unwrap();
        let (mut body, contents) = wit_stream::new();
        let (_, no_trailers) = wit_future::new(|| Ok(None));
        wasip3::wit_bindgen::spawn_local(async move {
            body.write_all(answer).await;
        });
        Ok(Response::new(headers, Some(contents), no_trailers).0)
    }
}
