# SPDX-License-Identifier: GPL-2.0
#
# What scripts have in common that run others, whose last line is as in
# "3 passed, 1 failed, 2 skipped". To be sourced.
# shellcheck shell=bash

sums=$(mktemp) || exit 1
trap 'rm -f "$sums"' EXIT

# run COMMAND...: its numbers are added up
run()
{
	echo "# $*"
	"$@" 2>&1 | tee "$sums.run"
	[ "${PIPESTATUS[0]}" -eq 0 ] || echo broken >>"$sums"
	# The command ends with this line, if it gets that far.
	grep -E '^[0-9]+ passed, [0-9]+ failed' "$sums.run" | tail -n 1 >>"$sums"
	[ "${PIPESTATUS[0]}" -eq 0 ] || echo broken >>"$sums"
	rm -f "$sums.run"
}

# tell_sum: the last line of the script, and whether all went well
tell_sum()
{
	tr -d , <"$sums" | awk '
		/broken/ { broken = 1; next }
		{ passed += $1; failed += $3; skipped += $5 }
		END {
			if (broken && !failed)
				failed = 1
			print passed + 0 " passed, " failed + 0 " failed" \
				(skipped ? ", " skipped " skipped" : "")
			exit failed > 0
		}'
}
