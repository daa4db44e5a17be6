#!/bin/sh
# SPDX-License-Identifier: (LGPL-2.1 OR BSD-2-Clause)
#
# Unpack speedscope, a viewer of traces, from npm into DIRECTORY/package:
#
#	packaging/speedscope.sh DIRECTORY
set -eu
mkdir -p "${1:?where to}"
cd "$1"
[ ! -f package/dist/release/index.html ] || exit 0
tar -xf "$(npm pack --silent speedscope@1.25.0)"
