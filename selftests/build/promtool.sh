#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Has Prometheus' own linter nothing to say of the file of --metrics? With
# RUNQSLOWER_TEST_SCRAPE=1 also, in a minute: does what Prometheus scrapes from
# node_exporter agree with the file?
#
#	[RUNQSLOWER=path] promtool.sh
#
# Debian has promtool in the package prometheus, node_exporter in
# prometheus-node-exporter.
# shellcheck disable=SC2317 # functions are called by name
set -u
cd "$(dirname "$0")/../.." || exit 1
. selftests/build/tap.sh
tool=${RUNQSLOWER:-.output/runqslower}

[ "$(id -u)" -eq 0 ] || skip_all "not root"
command -v promtool >/dev/null || skip_all "no promtool: install prometheus"

work=$(mktemp -d) || exit 1
# In a file, because a test is run in a subshell. All end before their files go.
end_all()
{
	local pid

	while read -r pid; do
		kill "$pid"
		tail --pid="$pid" -f /dev/null
	done <"$work/pids"
	rm -rf "$work"
}
trap 'end_all 2>/dev/null' EXIT
prom=$work/runqslower.prom
nr=0 failed=0

# start COMMAND...: in the background, until the end
start()
{
	"$@" >>"$work/log" 2>&1 &
	echo $! >>"$work/pids"
}

# Two tasks on one CPU, so that there are waits.
cpu=$(taskset -cp $$ | sed 's/.*[ ,-]//')
for _ in 1 2; do
	start taskset -c "$cpu" sh -c 'while :; do :; done'
done

# value NAME FILE: of the metric of this name and labels
value() { awk -v name="$1" '$1 == name { print $2 }' "$2"; }

# run OPTION...: write the file
run() { "$tool" --metrics "$prom" "$@" >"$work/said" 2>&1 || { cat "$work/said"; return 1; }; }

linted()
{
	run --cost -d 2 1ms || return
	promtool check metrics <"$prom"
	[ "$(value 'runqslower_waited_seconds_total{cause="task"}' "$prom")" != 0.000000000 ] ||
		echo "no waits"
}

# A file without cgroups, and a counter that is not one, which it has to notice.
linted_at_once()
{
	run -d 1ms 10s || return
	promtool check metrics <"$prom"
	sed -i 's/seconds_total/seconds/g' "$prom"
	! promtool check metrics <"$prom" >/dev/null 2>&1 || echo "nothing is noticed"
}

# Where both listen, on loopback.
prometheus=localhost:9099 node_exporter=localhost:9109

# ask QUERY: the one value of an instant query, or nothing
ask()
{
	promtool query instant "http://$prometheus" "$1" 2>/dev/null |
		sed -n 's/.* => \([^ ]*\) @.*/\1/p'
}

# await QUERY: its value, as soon as it has one
await()
{
	local got i

	for ((i = 0; i < 60; i++)); do
		got=$(ask "$1")
		[ -z "$got" ] || break
		sleep 1
	done
	echo "$got"
}

# The rates are of 30 s of two tasks of which one waits.
scraped()
{
	local rate sum

	cat >"$work/prometheus.yml" <<-END
		global: {scrape_interval: 2s}
		scrape_configs:
		- job_name: node
		  static_configs: [{targets: ["$node_exporter"]}]
	END
	start "$exporter" --web.listen-address="$node_exporter" --collector.disable-defaults \
		--collector.textfile --collector.textfile.directory="$work"
	start prometheus --config.file="$work/prometheus.yml" --storage.tsdb.path="$work/data" \
		--web.listen-address="$prometheus"
	start "$tool" --metrics "$prom" -i 2s 1ms
	[ "$(await 'up == 1')" = 1 ] || { cat "$work/log"; return 1; }
	sleep 40
	rate=$(ask 'sum(rate(runqslower_waited_seconds_total[30s]))')
	sum=$(ask 'sum(rate(runqslower_cgroup_waited_seconds_total[30s]))')
	awk -v rate="$rate" -v sum="$sum" 'BEGIN {
		if (rate < 0.7 || rate > 3)
			print "waits for " rate " s a second"
		if (sum < 0.9 * rate || sum > 1.1 * rate)
			print "cgroups wait for " sum " s a second, not " rate }'
	[ "$(ask node_textfile_scrape_error)" = 0 ] || cat "$work/log"
	[ -n "$(ask 'histogram_quantile(0.9, rate(runqslower_wait_seconds_bucket[30s]))')" ] ||
		echo "no percentile"
}

scrapes=${RUNQSLOWER_TEST_SCRAPE:-0}
printf 'TAP version 13\n1..%d\n' $((2 + (scrapes == 1)))
says_nothing "promtool has nothing to say" linted
says_nothing "promtool has nothing to say of a file without waits" linted_at_once
if [ "$scrapes" = 1 ]; then
	exporter=$(command -v prometheus-node-exporter || command -v node_exporter)
	says_nothing "what Prometheus scrapes is what was written" scraped
fi
exit $failed
