# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# How the cost of a program grows with the tasks of the machine. Sourced.

# growth_run TASKS COMMAND [ARG...]: ns a run, of pipe, beside these tasks. The
# tool sees the tasks begin, so that each has what the tool notes of a task.
growth_run()
{
	local tasks=$1 before

	shift
	start "$@"
	rm -f "$output.ready"
	# shellcheck disable=SC2086 # a list of words
	"$bench/tasks" $tasks "$cpu" >"$output.ready" &
	others=$!
	until [ -s "$output.ready" ]; do
		kill -0 "$others" 2>/dev/null || die "cannot make $tasks tasks"
		sleep 0.1
	done
	before=$(progs)
	pipe >/dev/null
	measured=$(ns_between "$before" "$(progs)")
	end_others
	stop
}

growth()
{
	local round tasks tool measured

	sysctl -qw kernel.bpf_stats_enabled=1
	for ((round = 0; round < ${ROUNDS:-3}; round++)); do
		for tasks in "sleep 1" "sleep 1000" "sleep 30000" "spin 1000"; do
			for tool in floor ours "ours -w"; do
				# shellcheck disable=SC2086
				growth_run "$tasks" $tool
				sed "s/^/${tool/ /},$tasks,/" <<<"$measured"
			done
		done
	done >"$bench/growth.txt"
	tr ' ' , <"$bench/growth.txt" >"$bench/growth.csv"
	sysctl -qw kernel.bpf_stats_enabled=0
	sort -t, -k1,4 -k5,5n "$bench/growth.csv" | awk -F, '
	{
		key = $1 "," $2 "," $3 "," $4
		value[key, nr[key]++] = $5
	}
	function median(key) { return value[key, int(nr[key] / 2)] }
	function cell(tool, tasks, hook) {
		if (!nr[tool "," tasks "," hook] || !nr["floor," tasks "," hook])
			return "-"
		return sprintf("%.0f", median(tool "," tasks "," hook) -
			       median("floor," tasks "," hook))
	}
	END {
		print "| other tasks | default: wakeup, ns beyond empty | switch | -w: wakeup | switch |"
		print "|---|---|---|---|---|"
		n = split("sleep,1 sleep,1000 sleep,30000 spin,1000", all, " ")
		for (i = 1; i <= n; i++) {
			split(all[i], t, ",")
			printf "| %d %s | %s | %s | %s | %s |\n", t[2],
			       t[1] == "spin" ? "runnable on this CPU" : "asleep",
			       cell("ours", all[i], "wakeup"), cell("ours", all[i], "switch"),
			       cell("ours-w", all[i], "wakeup"), cell("ours-w", all[i], "switch")
		}
	}'
	echo
	echo "$(machine); medians of ${ROUNDS:-3} rounds of sched pipe on one CPU."
}
