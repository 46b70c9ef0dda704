/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_PKTDRILL_PKTDRILL_H
#define SIM_PKTDRILL_PKTDRILL_H
/* Segment scripts in packetdrill's language, run against our TCP in virtual
 * time. */
#include "stack/util/buf.h"

enum pd_verdict {
	PD_PASSED,
	PD_FAILED,
	PD_SKIPPED,                       /* it needs what we do not have */
};

/* What became of a script: in text, lines without the last newline, what
 * failed first or why it was skipped; the caller frees it. */
struct pd_says {
	enum pd_verdict verdict;
	unsigned line, col;               /* from 1; col 0: of the whole line */
	struct buf text;
};

void pd_run_text(const char *text, struct pd_says *says);

#endif
