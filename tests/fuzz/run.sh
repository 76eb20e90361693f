#!/bin/sh
# Fuzzes the readers of model files and of pictures with libFuzzer, guided by which branches an input takes:
#
#   tests/fuzz/run.sh [TARGET] [SECONDS]
#
# TARGET is one of pt2, onnx, checkpoint, safetensors, torchscript, file, beside, picture; if none is named, they run
# one after the other. SECONDS is the time for each (60). Any stable toolchain will do. Dependencies are built as
# for the tests: after `cargo test` only the library is compiled again.
#
# Each input becomes a file and is opened with the trial run. It should end in a model or an error
# message. A panic, a crash in libtorch, more than 20 seconds or more than 2 GB is a find: the target
# stops and its input is in target/fuzz/finds. Inputs that take new branches are kept in
# target/fuzz/corpus, beside tests/fuzz/corpus, which `cargo test` opens too.
#
#   tests/fuzz/run.sh TARGET FILE      opens one input again and prints the result
#   tests/fuzz/run.sh --keep TARGET    the fewest of both corpora that take the same branches, in
#                                      target/fuzz/fewest
set -eu
cd "$(dirname "$0")/../.."
all="pt2 onnx checkpoint safetensors torchscript file beside picture"

usage() {
  sed -n '2,/^set/s/^# \{0,1\}//p' "$0"
  exit 2
}

keep=
if [ "${1:-}" = --keep ]; then
  keep=yes
  shift
  [ $# = 1 ] || usage
fi
case " $all " in
  *" ${1:-} "*) targets=${1:-$all}; [ $# = 0 ] || shift ;;
  *) targets=$all ;;
esac
input=
if [ -n "${1:-}" ] && [ -f "$1" ]; then
  input=$1
  seconds=0
else
  seconds=${1:-60}
fi
case $seconds in
  *[!0-9]*) usage ;;
esac

# Only the library is compiled for libFuzzer, with optimisation; see instrument.sh.
RUSTC_WORKSPACE_WRAPPER="$PWD/tests/fuzz/instrument.sh" \
  cargo build --package gradcam-fuzz --package gradcam-interface --examples --config profile.dev.opt-level=1
libtorch=${LIBTORCH:-$PWD/.cargo/libtorch}/lib
export LD_LIBRARY_PATH="$libtorch${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
# Networks as small as these are slower on several threads.
export OMP_NUM_THREADS=1

memory=/dev/shm
[ -w "$memory" ] || memory=${TMPDIR:-/tmp}
TMPDIR=$(mktemp -d "$memory/gradcam-fuzz.XXXXXX")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
trap 'exit 130' INT TERM

limits="-timeout=20 -rss_limit_mb=2048 -malloc_limit_mb=2048"
for target in $targets; do
  program=${CARGO_TARGET_DIR:-target}/debug/examples/$target
  kept=tests/fuzz/corpus/$target
  found=target/fuzz/corpus/$target
  mkdir -p "$kept" "$found" target/fuzz/finds
  if [ -n "$input" ]; then
    # shellcheck disable=SC2086
    SAY=yes "$program" $limits "$input"
    continue
  fi
  if [ -n "$keep" ]; then
    fewest=target/fuzz/fewest/$target
    rm -rf "$fewest"
    mkdir -p "$fewest"
    # Only which branches are taken: if it counted how often, it would keep many more inputs.
    # shellcheck disable=SC2086
    "$program" $limits -set_cover_merge=1 -use_counters=0 "$fewest" "$kept" "$found" 2>&1 | tail -n 1
    number=100
    for file in "$fewest"/*; do
      number=$((number + 1))
      mv "$file" "$fewest/$number"
    done
    continue
  fi
  # What the unit tests read is what pictures begin with.
  more=
  [ "$target" != picture ] || more="tests/pictures/dicom tests/pictures/tiffs tests/pictures/formats"
  # Longer inputs find nothing more.
  case $target in
    pt2 | onnx) longest=32768 ;;
    *) longest=16384 ;;
  esac
  echo "== $target, $seconds s"
  log=target/fuzz/$target.log
  code=0
  # shellcheck disable=SC2086
  "$program" $limits -max_len=$longest -dict="tests/fuzz/words/$target.dict" \
    -max_total_time="$seconds" -print_final_stats=1 -reload=0 \
    -artifact_prefix="target/fuzz/finds/$target-" "$found" "$kept" $more >"$log" 2>&1 || code=$?
  grep -E '^#[0-9]+.*(DONE|INITED)|number_of_executed|average_exec|new_units_added|peak_rss' "$log" || true
  if [ $code != 0 ]; then
    echo "a find:"
    grep -E 'panicked at|ERROR|SUMMARY|Test unit written' "$log" || tail -n 20 "$log"
    exit 1
  fi
done
