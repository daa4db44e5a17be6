#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Do the parsers that others use for results find in the output of each test
# what check.sh counted there: prove of Perl, and kunit.py of the kernel?
#
#	LOGS=directory KERNEL_SRC=/path/to/linux selftests/build/parsers.sh
#
# LOGS has the output of each test that ran, in a file of the test's name.
# shellcheck disable=SC2317 # functions are called by name

. "$(dirname "$0")/tap.sh"

here=$(cd "$(dirname "$0")/../.." && pwd)
kunit=${KERNEL_SRC:-$here/.linux}/tools/testing/kunit
[ -n "${LOGS:-}" ] || skip_all "run by check.sh, which has the output of all tests"

# Those that have ended, and say of one test at least how it went.
mapfile -t logs < <(grep -lE '^(not )?ok ' "$LOGS"/*)
[ ${#logs[@]} -gt 0 ] || skip_all "no test has run"

# "COUNT NAME" of each
counted() { grep -cE '^(not )?ok ' "${logs[@]}" | sed -E 's|.*/(.*):(.*)|\2 \1|'; }

by_prove()
{
	local said

	said=$(prove -e cat "${logs[@]}" 2>&1)
	! grep -i 'parse error' <<<"$said" || return
	grep -oE 'Tests=[0-9]+' <<<"$said" >"$work/prove"
	same "Tests=$(counted | awk '{ n += $1 } END { print n }')" "$(cat "$work/prove")"
}

# In one go: kunit.py takes one log at a time. From 6.16 on its parser is told
# where to print.
by_kunit()
{
	PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=$kunit timeout 60 \
		python3 - "${logs[@]}" 3>"$work/kunit" >/dev/null <<-'END'
		import inspect, os, sys
		import kunit_parser, kunit_printer

		parse = kunit_parser.parse_run_tests
		printer = [kunit_printer.stdout][:len(inspect.signature(parse).parameters) - 1]
		with os.fdopen(3, 'w') as counted:
		    for path in sys.argv[1:]:
		        with open(path, errors='replace') as log:
		            counts = parse(log, *printer).counts
		        errors = [f'{counts.errors} errors'] if counts.errors else []
		        print(counts.total(), os.path.basename(path), *errors, file=counted)
	END
	same "$(counted)" "$(cat "$work/kunit")"
}

work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
nr=0 failed=0

printf 'TAP version 13\n1..2\n'
! has_program "prove counts the same" prove ||
	says_nothing "prove counts the same" by_prove
if [ -e "$kunit/kunit_parser.py" ]; then
	says_nothing "kunit.py counts the same" by_kunit
else
	nr=$((nr + 1))
	echo "ok $nr - kunit.py counts the same # SKIP no kunit.py in KERNEL_SRC"
fi
exit $failed
