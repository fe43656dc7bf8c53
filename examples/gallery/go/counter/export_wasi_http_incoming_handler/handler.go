package export_wasi_http_incoming_handler

import (
	"encoding/json"
	"strconv"

	. "wit_component/wasi_http_types"
	"wit_component/wasi_keyvalue_store"

	. "go.bytecodealliance.org/pkg/wit/types"
)

type visit struct {
	Path  string `json:"path"`
	Count int    `json:"count"`
}

func count(path string) int {
	bucket := wasi_keyvalue_store.Open("default").Ok()
	defer bucket.Drop()
	count, _ := strconv.Atoi(string(bucket.Get(path).Ok().SomeOr(nil)))
	count++
	bucket.Set(path, []byte(strconv.Itoa(count))).Ok()
	return count
}

func Handle(request *IncomingRequest, responseOut *ResponseOutparam) {
	path := request.PathWithQuery().SomeOr("/")
	answer, err := json.Marshal(visit{path, count(path)})
	if err != nil {
		panic(err)
	}

	headers := FieldsFromList([]Tuple2[string, []uint8]{{F0: "content-type", F1: []uint8("application/json")}}).Ok()
	response := MakeOutgoingResponse(headers)
	body := response.Body().Ok()
	ResponseOutparamSet(responseOut, Ok[*OutgoingResponse, ErrorCode](response))
	stream := body.Write().Ok()
	stream.BlockingWriteAndFlush(answer).Ok()
	stream.Drop()
	OutgoingBodyFinish(body, None[*Fields]()).Ok()
}
