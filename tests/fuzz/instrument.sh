#!/bin/sh
# The RUSTC_WORKSPACE_WRAPPER of run.sh: compiles the library so that libFuzzer sees which branches are
# taken and what is compared. These flags do not need a nightly compiler. Dependencies are compiled as
# in every other build, and build scripts run without libFuzzer.
case " $* " in
  *" --crate-name gradcam "*)
    set -- "$@" --cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module \
      -Cllvm-args=-sanitizer-coverage-level=4 \
      -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
      -Cllvm-args=-sanitizer-coverage-pc-table \
      -Cllvm-args=-sanitizer-coverage-trace-compares ;;
esac
exec "$@"
