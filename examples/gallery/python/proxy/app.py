import asyncio
from urllib.parse import urlsplit

import poll_loop
from componentize_py_types import Ok
from poll_loop import PollLoop, Sink, Stream
from wit_world import exports
from wit_world.imports.types import (
    Fields,
    IncomingRequest,
    OutgoingRequest,
    OutgoingResponse,
    ResponseOutparam,
    Scheme_Http,
    Scheme_Https,
)


async def proxy(request: IncomingRequest, response_out: ResponseOutparam) -> None:
    url = urlsplit((request.path_with_query() or "/").removeprefix("/"))
    outgoing = OutgoingRequest(Fields())
    outgoing.set_scheme(Scheme_Https() if url.scheme == "https" else Scheme_Http())
    outgoing.set_authority(url.netloc)
    outgoing.set_path_with_query(url._replace(scheme="", netloc="").geturl() or "/")
    upstream = await poll_loop.send(outgoing)

    types = upstream.headers().get("content-type")
    response = OutgoingResponse(Fields.from_list([("content-type", value) for value in types]))
    response.set_status_code(upstream.status())
    sink = Sink(response.body())
    ResponseOutparam.set(response_out, Ok(response))
    stream = Stream(upstream.consume())
    while (chunk := await stream.next()) is not None:
        await sink.send(chunk)
    sink.close()


class IncomingHandler(exports.IncomingHandler):
    def handle(self, request: IncomingRequest, response_out: ResponseOutparam) -> None:
        loop = PollLoop()
        asyncio.set_event_loop(loop)
        loop.run_until_complete(proxy(request, response_out))
