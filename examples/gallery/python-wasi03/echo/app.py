"""An echo that reads each byte and writes it again."""
import componentize_py_async_support
import wit_world
from componentize_py_async_support.streams import ByteStreamReader, ByteStreamWriter
from componentize_py_types import Ok
from wit_world import exports
from wit_world.imports.wasi_http_types import Fields, Request, Response


class Handler(exports.Handler):
    async def handle(self, request: Request) -> Response:
        headers = Fields()
        headers.set("content-type", request.get_headers().get("content-type"))
        source, trailers = Request.consume_body(request, handled())
        sink, contents = wit_world.byte_stream()
        componentize_py_async_support.spawn(copy(source, sink))
        return Response.new(headers, contents, trailers)[0]


async def copy(source: ByteStreamReader, sink: ByteStreamWriter) -> None:
    with source, sink:
        while not source.writer_dropped:
            await sink.write_all(await source.read(64 * 1024))


def handled():
    return wit_world.result_unit_wasi_http_types_error_code_future(lambda: Ok(None))[1]
