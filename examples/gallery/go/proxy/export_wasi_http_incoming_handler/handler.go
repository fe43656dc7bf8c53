package export_wasi_http_incoming_handler

import (
	"net/url"
	"strings"

	"wit_component/wasi_http_outgoing_handler"
	. "wit_component/wasi_http_types"
	"wit_component/wasi_io_streams"

	. "go.bytecodealliance.org/pkg/wit/types"
)

func fetch(target *url.URL) Result[*IncomingResponse, ErrorCode] {
	request := MakeOutgoingRequest(MakeFields())
	scheme := MakeSchemeHttp()
	if target.Scheme == "https" {
		scheme = MakeSchemeHttps()
	}
	request.SetScheme(Some(scheme)).Ok()
	request.SetAuthority(Some(target.Host)).Ok()
	request.SetPathWithQuery(Some(target.RequestURI())).Ok()
	sent := wasi_http_outgoing_handler.Handle(request, None[*RequestOptions]())
	if sent.IsErr() {
		return Err[*IncomingResponse](sent.Err())
	}
	future := sent.Ok()
	defer future.Drop()
	pollable := future.Subscribe()
	defer pollable.Drop()
	pollable.Block()
	return future.Get().Some().Ok()
}

func Handle(request *IncomingRequest, responseOut *ResponseOutparam) {
	target, err := url.Parse(strings.TrimPrefix(request.PathWithQuery().SomeOr("/"), "/"))
	if err != nil {
		panic(err)
	}
	fetched := fetch(target)
	if fetched.IsErr() {
		ResponseOutparamSet(responseOut, Err[*OutgoingResponse](fetched.Err()))
		return
	}
	upstream := fetched.Ok()

	headers := MakeFields()
	for _, value := range upstream.Headers().Get("content-type") {
		headers.Append("content-type", value).Ok()
	}
	response := MakeOutgoingResponse(headers)
	response.SetStatusCode(upstream.Status()).Ok()
	body := response.Body().Ok()
	ResponseOutparamSet(responseOut, Ok[*OutgoingResponse, ErrorCode](response))

	incoming := upstream.Consume().Ok()
	source, sink := incoming.Stream().Ok(), body.Write().Ok()
	for {
		copied := sink.BlockingSplice(source, 1<<16)
		if copied.IsErr() {
			if copied.Err().Tag() != wasi_io_streams.StreamError_Closed {
				panic("the answer broke off")
			}
			break
		}
	}
	source.Drop()
	sink.Drop()
	IncomingBodyFinish(incoming).Drop()
	OutgoingBodyFinish(body, None[*Fields]()).Ok()
}
