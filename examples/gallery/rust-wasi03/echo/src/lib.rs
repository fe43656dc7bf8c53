use wasip3::http::types::{ErrorCode, Fields, Request, Response};
use wasip3::wit_bindgen::StreamResult;
use wasip3::{wit_future, wit_stream};

wasip3::http::service::export!(Echo);

struct Echo;

impl wasip3::exports::http::handler::Guest for Echo {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let headers = Fields::new();
        headers.set("content-type", &request.get_headers().get("content-type")).unwrap();
        let (handled, result) = wit_future::new(|| Ok(()));
        let (mut source, trailers) = Request::consume_body(request, result);
        let (mut sink, contents) = wit_stream::new();
        wasip3::wit_bindgen::spawn_local(async move {
            let mut buffer = Vec::with_capacity(65536);
            loop {
                let (status, chunk) = source.read(buffer).await;
                buffer = sink.write_all(chunk).await;
                if !buffer.is_empty() || matches!(status, StreamResult::Dropped) {
                    break;
                }
                buffer.clear();
            }
            drop(handled);
        });
        Ok(Response::new(headers, Some(contents), trailers).0)
    }
}
