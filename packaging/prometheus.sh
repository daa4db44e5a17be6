#!/bin/bash
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Unpack Debian's Prometheus and node_exporter into DIRECTORY/usr/bin, because
# their packages would start services:
#
#	packaging/prometheus.sh DIRECTORY
set -eu
here=$(cd "$(dirname "$0")/.." && pwd)
mkdir -p "${1:?where to}"
dir=$(realpath "$1")
# shellcheck disable=SC2034 # debian.sh keeps there what apt knows
cache=$dir
[ ! -x "$dir/usr/bin/promtool" ] || exit 0
command -v apt-get >/dev/null || {
	echo "prometheus: unpack Prometheus and node_exporter into $dir/usr/bin yourself" >&2
	exit 1
}
. "$here/selftests/vm/debian.sh"

arch=$(dpkg --print-architecture)
suite=$(. /etc/os-release && echo "$VERSION_CODENAME")
update_lists "$suite" "$arch"
get_package "$suite" "$arch" prometheus-node-exporter "$dir"
get_package "$suite" "$arch" prometheus "$dir"
