wit_bindgen::generate!({
    world: "examples:gallery-gate/gate",
    path: [
        "../../../guest-build/wit/io",
        "../../../guest-build/wit/clocks",
        "../../../guest-build/wit/http",
        "world.wit",
    ],
    generate_all,
});

use exports::wasi::http::incoming_handler::Guest;
use wasi::http::incoming_handler;
use wasi::http::types::{ErrorCode, IncomingRequest, ResponseOutparam};

struct Gate;
export!(Gate);

impl Guest for Gate {
    fn handle(request: IncomingRequest, response_out: ResponseOutparam) {
        let is_open = request.headers().get("x-key").iter().any(|key| key == b"open");
        if is_open {
            incoming_handler::handle(request, response_out);
        } else {
            ResponseOutparam::set(response_out, Err(ErrorCode::HttpRequestDenied));
        }
    }
}
