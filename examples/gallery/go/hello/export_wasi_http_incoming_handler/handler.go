package export_wasi_http_incoming_handler

import (
	. "wit_component/wasi_http_types"

	. "go.bytecodealliance.org/pkg/wit/types"
)

func Handle(request *IncomingRequest, responseOut *ResponseOutparam) {
	headers := FieldsFromList([]Tuple2[string, []uint8]{{F0: "content-type", F1: []uint8("text/plain")}}).Ok()
	response := MakeOutgoingResponse(headers)
	body := response.Body().Ok()
	ResponseOutparamSet(responseOut, Ok[*OutgoingResponse, ErrorCode](response))
	stream := body.Write().Ok()
	stream.BlockingWriteAndFlush([]byte("Hello from Go!\n")).Ok()
	stream.Drop()
	OutgoingBodyFinish(body, None[*Fields]()).Ok()
}
