import wit_world
from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.imports import client
from wit_world.imports.wasi_http_types import ErrorCode_HttpRequestUriInvalid, Fields, Request, Response, Scheme_Http


class Handler(exports.Handler):
    async def handle(self, request: Request) -> Response:
        url = request.get_path_with_query() or ""
        if not url.startswith("/http://"):
            raise Err(ErrorCode_HttpRequestUriInvalid())
        authority, _, path = url.removeprefix("/http://").partition("/")
        outgoing = Request.new(Fields(), None, no_trailers(), None)[0]
        outgoing.set_scheme(Scheme_Http())
        outgoing.set_authority(authority)
        outgoing.set_path_with_query("/" + path)
        answer = await client.send(outgoing)

        headers = Fields()
        headers.set("content-type", answer.get_headers().get("content-type"))
        status = answer.get_status_code()
        body, trailers = Response.consume_body(answer, handled())
        response = Response.new(headers, body, trailers)[0]
        response.set_status_code(status)
        return response


def no_trailers():
    return wit_world.result_option_wasi_http_types_fields_wasi_http_types_error_code_future(lambda: Ok(None))[1]


def handled():
    return wit_world.result_unit_wasi_http_types_error_code_future(lambda: Ok(None))[1]
