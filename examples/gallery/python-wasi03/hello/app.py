import componentize_py_async_support
import wit_world
from componentize_py_async_support.streams import ByteStreamWriter
from componentize_py_types import Ok
from wit_world import exports
from wit_world.imports.wasi_http_types import Fields, Request, Response


class Handler(exports.Handler):
    async def handle(self, request: Request) -> Response:
        body, contents = wit_world.byte_stream()
        componentize_py_async_support.spawn(write(body, b"Hello from Python!\n"))
        headers = Fields.from_list([("content-type", b"text/plain")])
        return Response.new(headers, contents, no_trailers())[0]


async def write(body: ByteStreamWriter, content: bytes) -> None:
    with body:
        await body.write_all(content)


def no_trailers():
    return wit_world.result_option_wasi_http_types_fields_wasi_http_types_error_code_future(lambda: Ok(None))[1]
