#!/bin/sh
# Puts libtorch 2.13.0 (CPU) under .cargo/libtorch, where .cargo/config.toml points LIBTORCH.
#
# libtorch has no package of its own in the registries a fresh machine reaches, but Python's wheel
# of torch carries it. Of the wheel's 527 MB we keep what tch links against, without CUDA. Which
# Python is installed does not matter: nothing of Python is used but pip and zipfile.
#
# A LIBTORCH or LIBTORCH_USE_PYTORCH that the user has set wins; then this script does nothing.
set -eu

here=$(cd "$(dirname "$0")" && pwd)
target="$here/libtorch"
version=2.13.0

if [ -n "${LIBTORCH_USE_PYTORCH+set}" ]; then
  echo "libtorch: using the torch of the active Python"
  exit 0
fi
if [ -n "${LIBTORCH+set}" ] && [ "$LIBTORCH" != "$target" ]; then
  if [ -z "$LIBTORCH" ]; then
    echo "libtorch: LIBTORCH is set but empty; unset it, or name a libtorch $version" >&2
    exit 1
  fi
  echo "libtorch: using LIBTORCH=$LIBTORCH"
  exit 0
fi
[ "$(cat "$target/build-version" 2>/dev/null || true)" = "$version" ] && exit 0

if [ "$(uname -s)-$(uname -m)" != Linux-x86_64 ]; then
  echo "libtorch: no prebuilt copy is known for $(uname -s) $(uname -m); set LIBTORCH to a libtorch $version" >&2
  exit 1
fi

# A folder of our own: two at once do not disturb each other, and a broken-off one leaves nothing.
partial=$(mktemp -d "$here/libtorch.partial.XXXXXX")
trap 'rm -rf "$partial"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
mkdir "$partial/wheels"

echo "libtorch: fetching $version (527 MB, once)"
python3 -m pip download --quiet --no-deps --only-binary=:all: --require-hashes \
  --platform manylinux_2_28_x86_64 --platform manylinux_2_25_x86_64 --platform manylinux2014_x86_64 \
  --python-version 3.11 --implementation cp --abi cp311 --abi none \
  --dest "$partial/wheels" --requirement "$here/libtorch.txt"

python3 - "$partial" <<'PYTHON'
import pathlib, shutil, sys, zipfile

root = pathlib.Path(sys.argv[1])
lib = root / "lib"
lib.mkdir()
loose = {"libtorch_cpu.so", "libc10.so", "libgomp.so.1", "libcudart.so.13", "libcupti.so.13"}
for wheel in sorted((root / "wheels").iterdir()):
    with zipfile.ZipFile(wheel) as archive:
        for entry in archive.infolist():
            path = pathlib.PurePosixPath(entry.filename)
            if path.parts[:2] == ("torch", "include") and not entry.is_dir():
                place = root / pathlib.Path(*path.parts[1:])
            elif path.name in loose and "lib" in path.parts:
                place = lib / path.name
            else:
                continue
            place.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(entry) as source, place.open("wb") as out:
                shutil.copyfileobj(source, out, 1 << 20)
missing = sorted(name for name in loose if not (lib / name).is_file())
if missing:
    sys.exit(f"libtorch: the wheels lack {', '.join(missing)}")
# The wheel's own libtorch.so pulls in CUDA; tch links against the name only.
(lib / "libtorch.so").write_text("INPUT(libtorch_cpu.so)\n")
shutil.rmtree(root / "wheels")
PYTHON

printf '%s\n' "$version" > "$partial/build-version"
chmod 755 "$partial"
rm -rf "$target"
mv -T "$partial" "$target"
trap - EXIT INT TERM
echo "libtorch: ready"
