#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Does a viewer take the file of --trace without a word? speedscope complains of
# slices of a track that overlap, be it by a part of a nanosecond.
#
#	[RUNQSLOWER=path] SPEEDSCOPE=DIRECTORY viewer.sh
#
# The directory is the one that packaging/speedscope.sh makes. Chromium runs the
# viewer, without a window.
# shellcheck disable=SC2034 # says_nothing counts
# shellcheck disable=SC2317 # functions are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1
. selftests/build/tap.sh
tool=${RUNQSLOWER:-.output/runqslower}

[ "$(id -u)" -eq 0 ] || skip_all "not root"
[ -n "${SPEEDSCOPE:-}" ] || skip_all "no SPEEDSCOPE: make check-viewer gets it"
command -v chromium >/dev/null || skip_all "no chromium"
speedscope=$(realpath "$SPEEDSCOPE")/package/dist/release
[ -e "$speedscope/index.html" ] || skip_all "no speedscope in $SPEEDSCOPE: npm could not get it"

work=$(mktemp -d) || exit 1
hogs=()
trap 'kill "${hogs[@]}"; rm -rf "$work"' EXIT
nr=0 failed=0

# Two tasks on one CPU, so that there are waits.
cpu=$(taskset -cp $$ | sed 's/.*[ ,-]//')
for _ in 1 2; do
	taskset -c "$cpu" sh -c 'while :; do :; done' &
	hogs+=($!)
done

# view TRACE: prints what the viewer says, but for what it always says. The
# viewer stays until it is ended.
view()
{
	local line viewer

	printf 'speedscope.loadFileFromBase64("trace", "%s")' "$(base64 -w 0 "$1")" >"$work/load.js"
	exec 4< <(exec timeout -k 10 100 chromium --headless --no-sandbox --enable-unsafe-swiftshader \
		--user-data-dir="$work/profile" --allow-file-access-from-files \
		--enable-logging=stderr \
		"file://$speedscope/index.html#localProfilePath=$work/load.js" 2>&1)
	viewer=$!
	while read -r -u 4 line; do
		# A message may have more lines.
		[[ $line =~ :CONSOLE[^\"]*\"(.*) ]] || continue
		line=${BASH_REMATCH[1]%%\", source: *}
		case $line in
		"import: "*)
			kill $viewer
			tail --pid=$viewer -f /dev/null
			return ;;
		speedscope\ v* | "Importing as Trace Event Format profile" | WebGL\ * | \[.WebGL*)
			;;
		*)	echo "$line" ;;
		esac
	done
	echo "the import has not ended"
}

taken()
{
	"$tool" -w --trace "$work/trace" -d 3 1ms >"$work/waits" 2>"$work/err" || { cat "$work/err"; return 1; }
	[ "$(wc -l <"$work/waits")" -gt 10 ] || echo "no waits"
	view "$work/trace"
}

# The same with slices that are 1 us longer.
noticed()
{
	awk 'match($0, /"dur":[0-9.]*/) {
		longer = sprintf("%.3f", substr($0, RSTART + 6, RLENGTH - 6) + 1)
		$0 = substr($0, 1, RSTART + 5) longer substr($0, RSTART + RLENGTH)
	} 1' "$work/trace" >"$work/overlapping"
	[[ $(view "$work/overlapping") == *"Tried to end"* ]] || echo "nothing is noticed"
}

printf 'TAP version 13\n1..2\n'
says_nothing "speedscope takes a trace" taken
says_nothing "speedscope notices slices that overlap" noticed
exit $failed
