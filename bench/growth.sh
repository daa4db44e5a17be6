# SPDX-License-Identifier: GPL-2.0
# shellcheck shell=bash disable=SC2154
#
# How the cost of a program grows with the tasks of the machine. Sourced.

# growth_run TASKS COMMAND [ARG...]: ns a run, of pipe, beside these tasks. The
# tool sees the tasks begin, so that each has what the tool notes of a task.
growth_run()
{
	local tasks=$1 before line tasks_pid tasks_fd

	shift
	start "$@"
	# shellcheck disable=SC2086 # a list of words
	exec {tasks_fd}< <(exec "$bench/tasks" $tasks "$cpu")
	tasks_pid=$!
	# shellcheck disable=SC2034
	read -r -u $tasks_fd line
	before=$(progs)
	pipe >/dev/null
	ns_between "$before" "$(progs)"
	kill "$tasks_pid"
	exec {tasks_fd}<&-
	stop
}

growth()
{
	local round tasks tool

	sysctl -qw kernel.bpf_stats_enabled=1
	for ((round = 0; round < ${ROUNDS:-3}; round++)); do
		for tasks in "sleep 1" "sleep 1000" "sleep 30000" "spin 1000"; do
			for tool in floor ours "ours -w"; do
				# shellcheck disable=SC2086
				growth_run "$tasks" $tool | sed "s/^/${tool/ /},$tasks,/"
			done
		done
	done | tr ' ' , >"$bench/growth.csv"
	sysctl -qw kernel.bpf_stats_enabled=0
	sort -t, -k1,4 -k5,5n "$bench/growth.csv" | awk -F, '
	{
		key = $1 "," $2 "," $3 "," $4
		value[key, nr[key]++] = $5
	}
	function median(key) { return value[key, int(nr[key] / 2)] }
	function cell(tool, tasks, hook) {
		return median(tool "," tasks "," hook) - median("floor," tasks "," hook)
	}
	END {
		print "| other tasks | default: wakeup, ns beyond empty | switch | -w: wakeup | switch |"
		print "|---|---|---|---|---|"
		n = split("sleep,1 sleep,1000 sleep,30000 spin,1000", all, " ")
		for (i = 1; i <= n; i++) {
			split(all[i], t, ",")
			printf "| %d %s | %.0f | %.0f | %.0f | %.0f |\n", t[2],
			       t[1] == "spin" ? "runnable on this CPU" : "asleep",
			       cell("ours", all[i], "wakeup"), cell("ours", all[i], "switch"),
			       cell("ours-w", all[i], "wakeup"), cell("ours-w", all[i], "switch")
		}
	}'
	echo
	echo "$(machine); medians of ${ROUNDS:-3} rounds of sched pipe on one CPU."
}
