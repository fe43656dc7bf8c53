wit_bindgen::generate!({
    world: "examples:gallery-middleware/middleware",
    path: [
        "../../wit-wasi03/packages/clocks",
        "../../wit-wasi03/packages/cli",
        "../../wit-wasi03/packages/random",
        "../../wit-wasi03/packages/http",
        "world.wit",
    ],
    generate_all,
});

use exports::wasi::http::handler::Guest;
use wasi::http::handler;
use wasi::http::types::{ErrorCode, Fields, Request, Response};

const VIA: &[u8] = b"middleware";

struct Middleware;
export!(Middleware);

fn with_via(fields: &Fields) -> Fields {
    let fields = fields.clone();
    fields.append("x-via", VIA).unwrap();
    fields
}

impl Guest for Middleware {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let path = request.get_path_with_query();
        if path.as_deref() == Some("/closed") {
            return Err(ErrorCode::HttpRequestDenied);
        }
        let (method, scheme) = (request.get_method(), request.get_scheme());
        let (authority, headers) = (request.get_authority(), with_via(&request.get_headers()));
        let (_, handled) = wit_future::new(|| Ok(()));
        let (body, trailers) = Request::consume_body(request, handled);
        let (onward, _sent) = Request::new(headers, Some(body), trailers, None);
        onward.set_method(&method).unwrap();
        onward.set_scheme(scheme.as_ref()).unwrap();
        onward.set_authority(authority.as_deref()).unwrap();
        onward.set_path_with_query(path.as_deref()).unwrap();

        let answer = handler::handle(onward).await?;
        let (status, headers) = (answer.get_status_code(), with_via(&answer.get_headers()));
        let (_, handled) = wit_future::new(|| Ok(()));
        let (body, trailers) = Response::consume_body(answer, handled);
        let (response, _sent) = Response::new(headers, Some(body), trailers);
        response.set_status_code(status).unwrap();
        Ok(response)
    }
}
