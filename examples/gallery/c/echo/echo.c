#include "../guest.h"

HANDLE_REQUEST void echo(handle request, handle outparam) {
  handle headers = fields_new();
  copy_header(headers, request_headers(request), LITERAL("content-type"));
  handle_result incoming;
  request_consume(request, &incoming);
  copy_body(value_of(incoming), respond(outparam, 200, headers));
  request_drop(request);
}
