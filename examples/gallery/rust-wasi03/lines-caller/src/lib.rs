wit_bindgen::generate!({
    world: "examples:gallery-wasi03/lines-caller",
    path: [
        "../../wit-wasi03/packages/clocks",
        "../../wit-wasi03/packages/cli",
        "../../wit-wasi03/packages/random",
        "../../wit-wasi03/packages/http",
        "../../../guest-build/wit/keyvalue",
        "../../wit-wasi03/worlds",
    ],
    generate_all,
});

use examples::gallery_wasi03::streams;
use exports::wasi::http::handler::Guest;
use wasi::http::types::{ErrorCode, Fields, Request, Response};
use wit_bindgen::{StreamReader, StreamResult, spawn_local};

struct Caller;
export!(Caller);

fn respond(body: StreamReader<u8>) -> Response {
    let (_, trailers) = wit_future::new(|| Ok(None));
    Response::new(Fields::new(), Some(body), trailers).0
}

fn text(body: String) -> Response {
    let (mut sink, output) = wit_stream::new();
    spawn_local(async move {
        sink.write_all(body.into_bytes()).await;
    });
    respond(output)
}

impl Guest for Caller {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let url = request.get_path_with_query().unwrap_or_default();
        let (path, query) = url.split_once('?').unwrap_or((&url, ""));
        let (_, result) = wit_future::new(|| Ok(()));
        let (body, _trailers) = Request::consume_body(request, result);
        Ok(match path {
            "/upper" => respond(streams::upper(body).await),
            "/count" => text(streams::count(body).await.to_string()),
            "/numbers" => {
                let mut numbers = streams::numbers(query.parse().unwrap()).await;
                let mut all = Vec::new();
                loop {
                    let (status, chunk) = numbers.read(Vec::with_capacity(16)).await;
                    all.extend(chunk);
                    if matches!(status, StreamResult::Dropped) {
                        break;
                    }
                }
                text(format!("{all:?}"))
            }
            "/later" => text(streams::later(query.into()).await.await),
            "/join" => {
                let (sink, name) = wit_future::new(|| unreachable!());
                let query = query.to_string();
                spawn_local(async move {
                    let _ = sink.write(query).await;
                });
                text(streams::join(name).await.unwrap_or_else(|error| error))
            }
            _ => return Err(ErrorCode::HttpRequestUriInvalid),
        })
    }
}
