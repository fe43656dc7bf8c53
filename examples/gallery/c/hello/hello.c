#include "../guest.h"

HANDLE_REQUEST void hello(handle request, handle outparam) {
  request_drop(request);
  respond_text(outparam, LITERAL("text/plain"), LITERAL("Hello from C!\n"));
}
