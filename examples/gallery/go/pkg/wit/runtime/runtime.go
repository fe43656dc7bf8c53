// Package runtime has what bindings by wit-bindgen need of memory and handles.
package runtime

import (
	"runtime"
	"unsafe"
)

// results are the buffers that the host has written results into and Go may not have read yet. The collector sees no
// pointers to them until they are read.
var results [][]uint64

// hasStarted tells that Go's heap is there.
var hasStarted bool

func init() { hasStarted = true }

//go:linkname sbrk runtime.sbrk
func sbrk(size uintptr) unsafe.Pointer

//go:linkname procPin runtime.procPin
func procPin() int

//go:linkname procUnpin runtime.procUnpin
func procUnpin()

// pauseClock has the adapter answer with the time it told last, without asking the host.
//
//go:wasmimport wasi_snapshot_preview1 adapter_monotonic_clock_set_paused
func pauseClock(isPaused bool)

// Allocate gives size bytes that stay where they are until the pinner lets them go. Bindings call it before they call the host.
func Allocate(pinner *runtime.Pinner, size, align uintptr) unsafe.Pointer {
	results = nil
	pointer := unsafe.Pointer(unsafe.SliceData(buffer(size)))
	pinner.Pin(pointer)
	return pointer
}

// The adapter between WASI's preview 1 and 2 allocates, too, and does so while Go starts: then memory has to come from below the
// heap. Later nothing in here may call the host, which the collector would do: it is put off, and so is asking for the time.
//
//go:wasmexport cabi_realloc
func cabiRealloc(oldPointer unsafe.Pointer, oldSize, align, newSize uint32) unsafe.Pointer {
	if !hasStarted {
		if oldPointer != nil {
			panic("an allocation can't grow while Go starts")
		}
		return sbrk(uintptr(newSize))
	}
	procPin()
	defer procUnpin()
	pauseClock(true)
	defer pauseClock(false)
	buffer := buffer(uintptr(newSize))
	results = append(results, buffer)
	pointer := unsafe.Pointer(unsafe.SliceData(buffer))
	if oldPointer != nil {
		copy(unsafe.Slice((*byte)(pointer), newSize), unsafe.Slice((*byte)(oldPointer), oldSize))
	}
	return pointer
}

// buffer is aligned to 8, which is all that WIT types ask for.
func buffer(size uintptr) []uint64 {
	return make([]uint64, max(1, (size+7)/8))
}

// Handle is a handle that may be given away once. No handle is 0.
type Handle struct {
	value int32
}

func MakeHandle(value int32) *Handle { return &Handle{value} }

func (h *Handle) Use() int32 {
	if h.value == 0 {
		panic("the resource was dropped or given away")
	}
	return h.value
}

func (h *Handle) Take() int32 {
	value := h.Use()
	h.value = 0
	return value
}

func (h *Handle) TakeOrNil() int32 {
	value := h.value
	h.value = 0
	return value
}

func (h *Handle) Set(value int32) {
	if h.value != 0 {
		panic("the resource has a handle already")
	}
	h.value = value
}
