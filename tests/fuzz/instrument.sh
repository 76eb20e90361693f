#!/bin/sh
# Cargo's RUSTC_WORKSPACE_WRAPPER of run.sh: the library is compiled so that libFuzzer sees which
# branches are taken and what is compared. These flags need no nightly compiler. What we did not write
# is left as every other build has it, and build scripts run without libFuzzer.
case " $* " in
  *" --crate-name gradcam "*)
    set -- "$@" --cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module \
      -Cllvm-args=-sanitizer-coverage-level=4 \
      -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
      -Cllvm-args=-sanitizer-coverage-pc-table \
      -Cllvm-args=-sanitizer-coverage-trace-compares ;;
esac
exec "$@"
