package export_wasi_http_incoming_handler

import (
	. "wit_component/wasi_http_types"
	"wit_component/wasi_io_streams"

	. "go.bytecodealliance.org/pkg/wit/types"
)

// What one BlockingWriteAndFlush takes at most.
const chunkBytes = 4096

func Handle(request *IncomingRequest, responseOut *ResponseOutparam) {
	headers := MakeFields()
	for _, value := range request.Headers().Get("content-type") {
		headers.Append("content-type", value).Ok()
	}
	response := MakeOutgoingResponse(headers)
	incoming := request.Consume().Ok()
	outgoing := response.Body().Ok()
	ResponseOutparamSet(responseOut, Ok[*OutgoingResponse, ErrorCode](response))

	source, sink := incoming.Stream().Ok(), outgoing.Write().Ok()
	for {
		chunk := source.BlockingRead(chunkBytes)
		if chunk.IsErr() {
			if chunk.Err().Tag() != wasi_io_streams.StreamError_Closed {
				panic("the request broke off")
			}
			break
		}
		sink.BlockingWriteAndFlush(chunk.Ok()).Ok()
	}
	source.Drop()
	sink.Drop()
	IncomingBodyFinish(incoming).Drop()
	OutgoingBodyFinish(outgoing, None[*Fields]()).Ok()
}
