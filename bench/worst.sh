# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# The worst case: how late a real-time task wakes up, with and without a tool,
# while 400 tasks send messages and two hogs spin for each CPU. Sourced.

# In $others.
worst_load()
{
	local i

	beside perf bench sched messaging -t -g 10 -l 100000000
	for ((i = 0; i < 2 * $(nproc); i++)); do
		beside yes
	done
}

# worst_run NAME [ARG...]: in $measured "MAX P9999" in us
worst_run()
{
	[ "$1" = nothing ] || start "$@"
	measured=$(cyclictest --quiet --mlockall --priority=90 --threads=1 --affinity="$cpu" \
		--interval=500 --duration="$SECONDS_EACH" --histogram=100000 | awk '
	/^[0-9]/ {
		us[++n] = $1
		nr[n] = $2
		sum += $2
		if ($2)
			max = $1 + 0
	}
	/^# Histogram Overflows/ && $4 + 0 { max = 100000 }
	END {
		if (!sum)
			exit 1
		for (i = 1; i <= n && seen < 0.9999 * sum; i++)
			seen += nr[i]
		print max, us[i - 1] + 0
	}') || die "cyclictest measured nothing"
	[ "$1" = nothing ] || stop
}

worst()
{
	local round label measured
	declare -A args=([nothing]=nothing [default]=ours [kernel]=kernel [why]="ours -w 1ms"
			 [history]="ours -w --history 16384 1ms")
	local all="nothing kernel default why history"

	worst_load
	for ((round = 0; round < ${ROUNDS:-3}; round++)); do
		for label in $all; do
			set -- ${args[$label]}
			[ "$1" = nothing ] || [ -x "$bench/$1" ] || continue
			worst_run "$@"
			echo "$label $measured"
		done
	done >"$bench/worst.txt"
	end_others
	tr ' ' , <"$bench/worst.txt" >"$bench/worst.csv"
	sort -k1,1 -k2,2n "$bench/worst.txt" | awk -v all="$all" '
	{
		max[$1, ++nr[$1]] = $2
		p9999[$1] += $3
	}
	END {
		print "| | 99.99 %, us | most, us: median round | best round | worst round |"
		print "|---|---|---|---|---|"
		n = split(all, labels, " ")
		for (i = 1; i <= n; i++) {
			l = labels[i]
			if (!nr[l])
				continue
			printf "| %s | %.0f | %d | %d | %d |\n", l, p9999[l] / nr[l],
			       max[l, int((nr[l] + 1) / 2)], max[l, 1], max[l, nr[l]]
		}
	}'
	echo
	echo "$(machine); cyclictest on one CPU, ${ROUNDS:-3} interleaved rounds of $SECONDS_EACH s." \
		"why: -w 1ms; history: -w --history 16384 1ms."
}
