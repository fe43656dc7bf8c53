use wasip3::http::client;
use wasip3::http::types::{ErrorCode, Fields, Request, Response, Scheme};
use wasip3::wit_future;

wasip3::http::service::export!(Proxy);

struct Proxy;

impl wasip3::exports::http::handler::Guest for Proxy {
    async fn handle(request: Request) -> Result<Response, ErrorCode> {
        let url = request.get_path_with_query().unwrap_or_default();
        let (authority, path) = url
            .strip_prefix("/http://")
            .and_then(|rest| rest.split_once('/'))
            .ok_or(ErrorCode::HttpRequestUriInvalid)?;
        let (_, no_trailers) = wit_future::new(|| Ok(None));
        let (outgoing, _sent) = Request::new(Fields::new(), None, no_trailers, None);
        outgoing.set_scheme(Some(&Scheme::Http)).unwrap();
        outgoing.set_authority(Some(authority)).unwrap();
        outgoing.set_path_with_query(Some(&format!("/{path}"))).unwrap();
        let answer = client::send(outgoing).await?;

        let status = answer.get_status_code();
        let headers = Fields::new();
        headers.set("content-type", &answer.get_headers().get("content-type")).unwrap();
        let (_, result) = wit_future::new(|| Ok(()));
        let (body, trailers) = Response::consume_body(answer, result);
        let (response, _sent) = Response::new(headers, Some(body), trailers);
        response.set_status_code(status).unwrap();
        Ok(response)
    }
}
