;; What `cell-steps.ts` holds as a binary; its test compares the two.
;;
;; V8 ends a thread between any two calls of JavaScript, `Atomics.add` included, but within WebAssembly only at the head of a
;; function or a loop. So each of these functions happens as a whole or not at all, whenever its thread ends. An address is
;; the one of a cell of four bytes; `tally` is what one thread has of a count of all.
(module
  (import "cells" "memory" (memory 1 65536 shared))

  ;; Adds n to a count and its tally, unless the count would pass the limit.
  (func (export "takeBelow")
    (param $count i32) (param $tally i32) (param $n i32) (param $limit i32) (result i32)
    (local $seen i32)
    (loop $again
      (local.set $seen (i32.atomic.load (local.get $count)))
      (if (i32.gt_s (i32.add (local.get $seen) (local.get $n)) (i32.atomic.load (local.get $limit)))
        (then (return (i32.const 0))))
      (br_if $again
        (i32.ne
          (local.get $seen)
          (i32.atomic.rmw.cmpxchg
            (local.get $count)
            (local.get $seen)
            (i32.add (local.get $seen) (local.get $n))))))
    (drop (i32.atomic.rmw.add (local.get $tally) (local.get $n)))
    (i32.const 1))

  ;; Takes n from a count and its tally; then reads another cell.
  (func (export "giveBack")
    (param $count i32) (param $tally i32) (param $n i32) (param $read i32) (result i32)
    (drop (i32.atomic.rmw.sub (local.get $tally) (local.get $n)))
    (drop (i32.atomic.rmw.sub (local.get $count) (local.get $n)))
    (i32.atomic.load (local.get $read)))

  ;; Puts one of a tally under way (1) to the thread of another tally, if that one's door is open (0).
  (func (export "handOver") (param $tally i32) (param $door i32) (param $handed i32) (result i32)
    (if (result i32)
      (i32.atomic.rmw.cmpxchg (local.get $door) (i32.const 0) (i32.const 1))
      (then (i32.const 0))
      (else
        (drop (i32.atomic.rmw.sub (local.get $tally) (i32.const 1)))
        (drop (i32.atomic.rmw.add (local.get $handed) (i32.const 1)))
        (i32.const 1))))

  ;; Adds what is under way at a door to a tally, if anything is; the door becomes what is given.
  (func (export "takeHanded") (param $tally i32) (param $door i32) (param $next i32) (result i32)
    (if (result i32)
      (i32.eq
        (i32.atomic.rmw.cmpxchg (local.get $door) (i32.const 1) (local.get $next))
        (i32.const 1))
      (then
        (drop (i32.atomic.rmw.add (local.get $tally) (i32.const 1)))
        (i32.const 1))
      (else (i32.const 0)))))
