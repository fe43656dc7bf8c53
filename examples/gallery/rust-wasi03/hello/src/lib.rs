use wasip3::http::types::{ErrorCode, Fields, Request, Response};
use wasip3::{wit_future, wit_stream};

wasip3::http::service::export!(Hello);

struct Hello;

impl wasip3::exports::http::handler::Guest for Hello {
    async fn handle(_request: Request) -> Result<Response, ErrorCode> {
        let headers = Fields::from_list(&[("content-type".into(), b"text/plain".into())]).unwrap();
        let (mut body, contents) = wit_stream::new();
        let (_, no_trailers) = wit_future::new(|| Ok(None));
        wasip3::wit_bindgen::spawn_local(async move {
            body.write_all(b"Hello from Rust!\n".into()).await;
        });
        Ok(Response::new(headers, Some(contents), no_trailers).0)
    }
}
