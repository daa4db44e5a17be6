# SPDX-License-Identifier: GPL-2.0
#
# Lines "ROUND TOOL WHAT VALUE" as a Markdown table, and which bars are met.
# -v all="TOOL...": the rows, in order.

function sort(list, n,    i, k, x)
{
	for (i = 2; i <= n; i++) {
		x = list[i]
		for (k = i - 1; k > 0 && list[k] > x; k--)
			list[k + 1] = list[k]
		list[k + 1] = x
	}
}

# The value below which @share of all are.
function quantile(label, what, share,    list, n, r)
{
	n = 0
	for (r = 0; r <= last_round; r++)
		if ((label, what, r) in value)
			list[++n] = value[label, what, r]
	sort(list, n)
	return n ? list[int((n - 1) * share + 0.5) + 1] : 0
}

function median(label, what) { return quantile(label, what, 0.5) }
function has(label, what) { return (label, what) in seen }

# There is no empty program on sched_waking.
function like(hook) { return hook == "waking" ? "wakeup" : hook }
function beyond(label, hook) { return median(label, hook) - median("floor", like(hook)) }
function of_kernel(label, hook) { return beyond(label, hook) / beyond("kernel", like(hook)) }
function is_measure(label) { return label == "kernel" || label == "floor" }

function ratio(label, hook)
{
	if (is_measure(label) || !has("kernel", like(hook)))
		return ""
	return sprintf(" (%.2f x)", of_kernel(label, hook))
}

function cell(label, hook)
{
	return has(label, hook) ? sprintf("%.0f%s", beyond(label, hook), ratio(label, hook)) : "-"
}

# Beyond what the empty programs slow down, against the in-kernel tool, which
# may seem to slow nothing down, because runs differ by more than that cost:
# then -1.
function slower(label, what,    by)
{
	by = median("kernel", what " slowdown") - median("floor", what " slowdown")
	if (by <= 0)
		return -1
	return (median(label, what " slowdown") - median("floor", what " slowdown")) / by
}

function slowdown(label, what,    s)
{
	s = what " slowdown"
	return sprintf("%+.1f %% (%+.1f to %+.1f)", median(label, s), quantile(label, s, 0.25),
		       quantile(label, s, 0.75))
}

function times(label, what)
{
	if (label == "kernel" || !has("kernel", what))
		return ""
	return sprintf(" (%.2f x)", median(label, what) / median("kernel", what))
}

# What is to be at most so many times what the kernel's has. Least: what the
# programs have that do the least.
function bar(what, got, limit, least)
{
	if (got == -1) {
		print what ": cannot tell, in-kernel tool and empty programs cost the same"
		return
	}
	printf "%s: %.2f x, at most %.2f x: ", what, got, limit
	if (got <= limit)
		print "met"
	else if (least <= limit)
		print "MISSED"
	else
		printf "out of reach, the least is %.2f x\n", least
}

function bars(    waker, wakeup)
{
	waker = of_kernel("ours-waker", "waking")
	waker += of_kernel("ours-waker", "wakeup") - of_kernel("ours-why", "wakeup")
	wakeup = of_kernel("least", "wakeup")
	bar("default, wakeup", of_kernel("ours", "wakeup"), 0.40, wakeup)
	bar("default, switch", of_kernel("ours", "switch"), 0.55, of_kernel("least", "switch"))
	bar("1 ms, switch", of_kernel("ours-1ms", "switch"), 0.70, of_kernel("least", "switch"))
	bar("-w, wakeup", of_kernel("ours-why", "wakeup"), 0.80, wakeup)
	bar("-w, switch", of_kernel("ours-why", "switch"), 0.80, of_kernel("least-why", "switch"))
	bar("--light, switch", of_kernel("ours-light", "switch"), 0.12,
	    of_kernel("least-light", "switch"))
	bar("-H, wakeup", of_kernel("ours-hist", "wakeup"), 1, wakeup)
	bar("-H, switch", of_kernel("ours-hist", "switch"), 1, of_kernel("least-hist", "switch"))
	bar("-W, what a wakeup of -w has more", waker, 1)
	bar("default, slowdown of pipe beyond empty", slower("ours", "pipe"), 0.5,
	    slower("least", "pipe"))
	bar("-w, slowdown of pipe beyond empty", slower("ours-why", "pipe"), 0.9,
	    slower("least-why", "pipe"))
	bar("default, start", median("ours", "header") / median("kernel", "header"), 1.3)
	bar("-w, start", median("ours-why", "header") / median("kernel", "header"), 2.5)
	bar("default, resident", median("ours", "rss") / median("kernel", "rss"),
	    1 + 2048 / median("kernel", "rss"))
}

{
	value[$2, $3, $1] = $4
	seen[$2, $3]
	last_round = $1 + 0
	if (($3 == "pipe" || $3 == "messaging") && value[$2, "none-" $3, $1] > 0) {
		value[$2, $3 " slowdown", $1] = 100 * ($4 / value[$2, "none-" $3, $1] - 1)
		seen[$2, $3 " slowdown"]
	}
}

END {
	print "| | wakeup, ns beyond empty | switch | waking | slowdown of pipe | of messaging " \
	      "| start to header, ms | resident, KiB | kernel memory, KiB |"
	print "|---|---|---|---|---|---|---|---|---|"
	n = split(all, labels)
	for (i = 1; i <= n; i++) {
		l = labels[i]
		if (!has(l, "pipe"))
			continue
		printf "| %s | %s | %s | %s | %s | %s | %.0f%s | %d | %d |\n", l,
		       cell(l, "wakeup"), cell(l, "switch"), cell(l, "waking"),
		       slowdown(l, "pipe"), slowdown(l, "messaging"),
		       median(l, "header") / 1000, times(l, "header"), median(l, "rss"),
		       median(l, "kernel-memory")
	}
	if (has("kernel", "switch")) {
		print ""
		bars()
	}
}
