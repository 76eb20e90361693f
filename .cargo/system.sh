#!/bin/sh
# Makes sure that the Debian or Ubuntu packages named as arguments are installed.
#
# Installs what is missing where we may; otherwise prints the line that would, and changes nothing.
set -eu

if ! command -v dpkg-query >/dev/null 2>&1; then
  echo "packages: this is not Debian or Ubuntu; make sure you have packages like: $*"
  exit 0
fi

missing=
for package in "$@"; do
  status=$(dpkg-query --show --showformat='${db:Status-Status}' "$package" 2>/dev/null || true)
  [ "$status" = installed ] || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

by_hand() {
  echo "packages: $1; have them installed with" >&2
  echo "  sudo apt-get update && sudo apt-get install --yes --no-install-recommends$missing" >&2
  exit 1
}

if [ "$(id -u)" = 0 ]; then
  as_root=
elif command -v sudo >/dev/null 2>&1 && { sudo -n true 2>/dev/null || { [ -t 0 ] && sudo -v; }; }; then
  as_root=sudo
else
  by_hand "some are missing and we may not install them"
fi

echo "packages: installing$missing"
# One repository out of reach need not keep the others' packages away.
$as_root apt-get update --quiet=2 || true
# shellcheck disable=SC2086
$as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get install --quiet=2 --yes --no-install-recommends $missing >/dev/null ||
  by_hand "some could not be installed"
