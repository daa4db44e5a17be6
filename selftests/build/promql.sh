#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
#
# Are the metrics of the manual those of the tool? Do its queries and alerts say
# of series that are made up here what the manual says? The latter needs
# promtool, which Debian has in the package prometheus.
# shellcheck disable=SC2317 # functions are called by name
cd "$(dirname "$0")/../.." || exit 1
. selftests/build/tap.sh
manual=Documentation/runqslower.rst
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
nr=0 failed=0

section() { sed -n '/^METRICS$/,/^WHAT A KERNEL/p' "$manual"; }

# names: of all metrics in a text; a histogram has one
names() { grep -oE 'runqslower_[a-z_]+' | sed -E 's/_(bucket|sum|count)$//' | sort -u; }

same_metrics()
{
	diff <(grep -v '^#' writers/metrics_file.c | names) <(section | names)
}

# block N: the literal block N of the section, as it stands behind "::"
block()
{
	section | awk -v n="$1" '
		/::$/ { nr++; next }
		nr == n && /^    / { print substr($0, 5) }
		nr == n && /^[^ ]/ { nr = 1000 }'
}

# The blocks are: the service, a percentile, by cgroup, by container, alerts.
rules()
{
	local i

	block 5
	echo "- name: queries"
	echo "  rules:"
	for i in 2 3 4; do
		echo "  - record: block:$i"
		echo "    expr: |"
		block "$i" | sed 's/^/      /'
	done
}

# A machine "a", a scrape every 15 s: all waits of machine "a" are longer than
# any bound, a container waits for half a CPU of quota and more, and nobody has
# written for two minutes and more.
cat >"$work/test.yml" <<'END'
rule_files: [rules.yml]
evaluation_interval: 15s
tests:
- interval: 15s
  input_series:
  - series: runqslower_wait_seconds_bucket{instance="a",le="17.179869183"}
    values: 0x80
  - series: runqslower_wait_seconds_bucket{instance="a",le="+Inf"}
    values: 0+1x80
  - series: runqslower_cgroup_waited_seconds_total{instance="a",id="/kubepods/p1/c1",cause="quota"}
    values: 0+15x80
  - series: runqslower_cgroup_waited_seconds_total{instance="a",id="/kubepods/p1/c1",cause="task"}
    values: 0+30x80
  - series: runqslower_cgroup_waited_seconds_total{instance="a",id="other",cause="quota"}
    values: 0+3.75x80
  - series: container_start_time_seconds{instance="a:10250",id="/kubepods/p1/c1",namespace="n",pod="p1",container="c1"}
    values: 1700000000x80
  - series: container_start_time_seconds{instance="a:10250",id="/kubepods/p1",namespace="n",pod="p1",container=""}
    values: 1700000000x80
  - series: node_textfile_mtime_seconds{instance="a",file="/var/lib/prometheus/node-exporter/runqslower.prom"}
    values: 60x80
  - series: node_textfile_mtime_seconds{instance="b",file="runqslower.prom"}
    values: 0+15x80
  - series: node_textfile_mtime_seconds{instance="a",file="/var/lib/prometheus/node-exporter/apt.prom"}
    values: 0x80
  promql_expr_test:
  - expr: block:2
    eval_time: 10m
    exp_samples: [{labels: 'block:2{instance="a"}', value: 17.179869183}]
  - expr: block:3
    eval_time: 10m
    exp_samples:
    - {labels: 'block:3{instance="a",id="/kubepods/p1/c1",cause="quota"}', value: 1}
    - {labels: 'block:3{instance="a",id="/kubepods/p1/c1",cause="task"}', value: 2}
    - {labels: 'block:3{instance="a",id="other",cause="quota"}', value: 0.25}
  - expr: block:4
    eval_time: 10m
    exp_samples:
    - {labels: 'block:4{namespace="n",pod="p1",container="c1",cause="quota"}', value: 1}
    - {labels: 'block:4{namespace="n",pod="p1",container="c1",cause="task"}', value: 2}
  alert_rule_test:
  - {alertname: QuotaTooSmall, eval_time: 9m}
  - alertname: QuotaTooSmall
    eval_time: 14m
    exp_alerts:
    - exp_labels: {instance: a, id: /kubepods/p1/c1}
      exp_annotations: {summary: Tasks of /kubepods/p1/c1 wait for the quota of their cgroup}
  - {alertname: WaitMetricsStopped, eval_time: 3m}
  - alertname: WaitMetricsStopped
    eval_time: 4m
    exp_alerts:
    - exp_labels: {instance: a, file: /var/lib/prometheus/node-exporter/runqslower.prom}
      exp_annotations: {summary: runqslower on a writes no metrics}
END

queries_and_alerts()
{
	rules >"$work/rules.yml"
	promtool check rules "$work/rules.yml" >"$work/log" 2>&1 ||
		cat "$work/log" "$work/rules.yml"
	promtool test rules "$work/test.yml" >"$work/log" 2>&1 || cat "$work/log"
}

printf 'TAP version 13\n1..2\n'
says_nothing "the manual has all metrics, and no others" same_metrics
if has_program "queries and alerts of the manual" promtool "install prometheus"; then
	says_nothing "queries and alerts of the manual" queries_and_alerts
fi
exit $failed
