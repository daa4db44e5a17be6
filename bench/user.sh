# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# What the process itself takes while 400 tasks send each other messages, with
# each wait as JSON into a file. Sourced.

# Ticks of CPU time, of user and system, of the tool that is started.
ticks()
{
	awk '{ print $14 + $15 }' "/proc/$pid/stat"
}

# user_run THRESHOLD [ARG...]: in $measured "SHARE WAITS LOST RSS": % of a CPU,
# a second each
user_run()
{
	local before begin seconds share rss

	start_quiet ours -j "$@"
	before=$(ticks)
	begin=$(now_us)
	timeout -s KILL "$SECONDS_EACH" perf bench sched messaging -t -g 10 -l 100000000 \
		>/dev/null 2>&1 || true
	seconds=$(($(now_us) - begin))e-6
	share=$(($(ticks) - before))
	rss=$(awk '/VmHWM/ { print $2 }' "/proc/$pid/status")
	stop
	measured=$(awk -v s="$seconds" -v ticks="$share" -v hz="$(getconf CLK_TCK)" \
		-v rss="$rss" '
	/: lost / {
		for (i = 1; i < NF; i++)
			if ($i == "lost")
				lost += $(i + 1)
	}
	FILENAME !~ /err$/ { nr++ }
	END { print 100 * ticks / hz / s, nr / s, lost / s, rss }' "$output" "$output.err")
}

user()
{
	local round threshold measured

	for ((round = 0; round < ${ROUNDS:-3}; round++)); do
		for threshold in 0 100us 10ms; do
			user_run "$threshold"
			echo "$threshold $measured"
			user_run "$threshold" -w
			echo "$threshold,-w $measured"
		done
	done >"$bench/user.txt"
	tr ' ' , <"$bench/user.txt" >"$bench/user.csv"
	sort -k1,1 -k2,2n "$bench/user.txt" | awk '
	{
		nr[$1]++
		for (i = 2; i <= 5; i++)
			value[$1, nr[$1], i] = $i
	}
	function bar(threshold, limit, got) {
		got = value[threshold, int((nr[threshold] + 1) / 2), 2]
		printf "%s: %.2f %% of a CPU, at most %s %%: %s\n", threshold, got, limit,
		       got <= limit ? "met" : "MISSED"
	}
	END {
		print "| threshold | of a CPU | waits a second | lost a second | most resident, KiB |"
		print "|---|---|---|---|---|"
		n = split("0 0,-w 100us 100us,-w 10ms 10ms,-w", all, " ")
		for (i = 1; i <= n; i++) {
			m = int((nr[all[i]] + 1) / 2)
			printf "| %s | %.2f %% | %d | %d | %d |\n", all[i], value[all[i], m, 2],
			       value[all[i], m, 3], value[all[i], m, 4], value[all[i], m, 5]
		}
		print ""
		bar("0", 25)
		bar("100us", 5)
		bar("10ms", 1)
	}'
	echo
	echo "$(machine); the round with the median share of ${ROUNDS:-3}, $SECONDS_EACH s each;" \
		"perf bench sched messaging with 400 threads, -j into a file."
}
