/* SPDX-License-Identifier: GPL-2.0 */
/* What all tests of the main loop begin with: see replay.h. */
#ifndef __REPLAY_FIXTURE_H
#define __REPLAY_FIXTURE_H

#include "kselftest_harness.h"
#include "replay.h"

FIXTURE(replay) {
	struct ended ended;
	int out_fd;			/* stdout, if it is not read back */
};

FIXTURE_SETUP(replay)
{
	world_new();
	self->out_fd = -1;
}

FIXTURE_TEARDOWN(replay)
{
	world_free();
}

#endif /* __REPLAY_FIXTURE_H */
