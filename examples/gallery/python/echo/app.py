from componentize_py_types import Err, Ok
from wit_world import exports
from wit_world.imports.streams import StreamError_Closed
from wit_world.imports.types import (
    Fields,
    IncomingBody,
    IncomingRequest,
    OutgoingBody,
    OutgoingResponse,
    ResponseOutparam,
)

# What one blocking_write_and_flush takes at most.
CHUNK = 4096


class IncomingHandler(exports.IncomingHandler):
    def handle(self, request: IncomingRequest, response_out: ResponseOutparam) -> None:
        types = request.headers().get("content-type") or [b"application/octet-stream"]
        response = OutgoingResponse(Fields.from_list([("content-type", types[0])]))
        incoming = request.consume()
        outgoing = response.body()
        ResponseOutparam.set(response_out, Ok(response))

        with incoming.stream() as source, outgoing.write() as sink:
            while True:
                try:
                    chunk = source.blocking_read(CHUNK)
                except Err as error:
                    if isinstance(error.value, StreamError_Closed):
                        break
                    raise
                sink.blocking_write_and_flush(chunk)
        IncomingBody.finish(incoming)
        OutgoingBody.finish(outgoing, None)
