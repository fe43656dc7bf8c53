// Package types has the WIT types that Go does not have, as bindings by wit-bindgen use them.
package types

const (
	OptionNone = 0
	OptionSome = 1
	ResultOk   = 0
	ResultErr  = 1
)

// Unit is the type of no value.
type Unit struct{}

// Option is a value or none.
type Option[T any] struct {
	value *T
}

func None[T any]() Option[T]        { return Option[T]{} }
func Some[T any](value T) Option[T] { return Option[T]{&value} }

func (o Option[T]) IsSome() bool { return o.value != nil }
func (o Option[T]) IsNone() bool { return o.value == nil }

func (o Option[T]) Tag() uint8 {
	if o.value == nil {
		return OptionNone
	}
	return OptionSome
}

// Some gives the value; it panics if there is none.
func (o Option[T]) Some() T {
	if o.value == nil {
		panic("the option is none")
	}
	return *o.value
}

// SomeOr gives the value, or another one if there is none.
func (o Option[T]) SomeOr(other T) T {
	if o.value == nil {
		return other
	}
	return *o.value
}

// Result is what a function that can fail returns.
type Result[T, E any] struct {
	isErr bool
	ok    T
	err   E
}

func Ok[T, E any](value T) Result[T, E]  { return Result[T, E]{ok: value} }
func Err[T, E any](value E) Result[T, E] { return Result[T, E]{isErr: true, err: value} }

func (r Result[T, E]) IsOk() bool  { return !r.isErr }
func (r Result[T, E]) IsErr() bool { return r.isErr }

func (r Result[T, E]) Tag() uint8 {
	if r.isErr {
		return ResultErr
	}
	return ResultOk
}

// Ok gives the value; it panics if there is an error instead.
func (r Result[T, E]) Ok() T {
	if r.isErr {
		panic("the result is an error")
	}
	return r.ok
}

// Err gives the error; it panics if there is a value instead.
func (r Result[T, E]) Err() E {
	if !r.isErr {
		panic("the result is no error")
	}
	return r.err
}

type Tuple2[T0, T1 any] struct {
	F0 T0
	F1 T1
}
