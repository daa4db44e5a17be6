#!/bin/busybox sh
# SPDX-License-Identifier: GPL-2.0
#
# /init of the virtual machines of vm.sh, run by busybox. The tests' output and
# the "@vm" lines go to the device TEST_OUTPUT, which is not the console, so
# that kernel messages cannot get into them. TEST_TIMEOUT, and what else of the
# form NAME=value stands on the kernel's command line, is in the environment.

/bin/busybox mkdir -p /bin /sbin /usr/bin /usr/sbin /proc /sys /dev /tmp /run
/bin/busybox --install -s
export PATH=/tests:/usr/sbin:/usr/bin:/sbin:/bin HOME=/ TMPDIR=/tmp
# No hypervisor's agent and no other tracer here that would hide events; but the
# emulated CPUs are slow, and stop whenever the host has something else to do.
export RUNQSLOWER_TEST_EXACT=1 RUNQSLOWER_TEST_CLOCK=1 RUNQSLOWER_TEST_SLACK="${RUNQSLOWER_TEST_SLACK:-50}"

mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev 2>/dev/null
mkdir -p /dev/pts /dev/shm
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /dev/shm
mount -t tmpfs tmpfs /tmp
mount -t debugfs debugfs /sys/kernel/debug
mount -t tracefs tracefs /sys/kernel/tracing
mount -t bpf bpf /sys/fs/bpf
mount -t cgroup2 cgroup2 /sys/fs/cgroup
echo +cpu >/sys/fs/cgroup/cgroup.subtree_control
ip link set lo up

exec </dev/null >"/dev/$TEST_OUTPUT" 2>&1
# Now, because some devices forget it when nobody has them open.
stty -F "/dev/$TEST_OUTPUT" raw

echo "@vm kernel $(uname -r)"
preempt=$(cat /sys/kernel/debug/sched/preempt 2>/dev/null)
echo "# $(uname -v), preempt: ${preempt:-fixed}"

cd /tests || reboot -f
while read -r test; do
	tries=${TEST_TRIES:-1}
	while :; do
		echo "@vm start $test"
		began=$(cut -d. -f1 /proc/uptime)
		timeout -s KILL "$TEST_TIMEOUT" "./$test"
		status=$?
		ended=$(cut -d. -f1 /proc/uptime)
		# What the test left running (init itself is spared).
		kill -KILL -1
		echo
		tries=$((tries - 1))
		# 4: all skipped
		[ $status -ne 0 ] && [ $status -ne 4 ] && [ $tries -gt 0 ] || break
		echo "@vm again $status"
	done
	echo "@vm end $status $((ended - began))"
done </tests.list
echo "@vm done"

reboot -f
