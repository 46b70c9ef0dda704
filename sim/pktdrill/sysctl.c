// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The sysctls that scripts set become options of the stack; what has no effect
 * on segments here is let pass.  All else is not done, and said.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/run.h"
#include "sim/sysctl.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"

/* Values that our TCP has in any case; NULL: any value means the same here,
 * for it is of how things are sent below segments, or of what lasts from one
 * script to the next. */
static const struct { const char *name, *value; } fixed[] = {
	{ "tcp_fack", "0" }, { "tcp_reordering", "3" },
	{ "tcp_recovery", "1" }, { "tcp_tw_reuse", "0" }, { "tcp_tw_reuse", "2" },
	{ "tcp_autocorking", "1" }, { "tcp_autocorking", "0" },
	{ "tcp_adv_win_scale", "1" },
	{ "tcp_workaround_signed_windows", "0" }, { "tcp_shrink_window", "0" },
	{ "tcp_notsent_lowat", "4294967295" }, { "tcp_notsent_lowat", "-1" },
	{ "tcp_thin_linear_timeouts", "0" },
	{ "tcp_rfc1337", "0" }, { "tcp_min_rtt_wlen", "300" }, { "tcp_plb_enabled", "0" },
	{ "tcp_comp_sack_nr", "0" }, { "tcp_comp_sack_delay_ns", "0" },
	{ "tcp_comp_sack_slack_ns", NULL }, { "default_qdisc", "pfifo_fast" },
	{ "default_qdisc", "pfifo" }, { "tcp_no_metrics_save", NULL },
	{ "tcp_tso_win_divisor", NULL }, { "tcp_tso_rtt_log", NULL },
	{ "tcp_limit_output_bytes", NULL }, { "tcp_pacing_ss_ratio", "200" },
	{ "tcp_pacing_ca_ratio", "120" },
};

static bool is_fixed(const char *name, const char *v)
{
	for (size_t i = 0; i < N_ELEM(fixed); i++)
		if (strcmp(name, fixed[i].name) == 0 &&
		    (!fixed[i].value || strcmp(v, fixed[i].value) == 0))
			return true;
	return false;
}

void pd_sysctl(struct pd_run *r, const char *name, const char *v)
{
	const struct sysctl *key = sysctl_find(name);
	char err[128];

	if (strcmp(name, "tcp_ecn") == 0 && strtol(v, NULL, 0) > 2)
		pd_lacks(r, "AccECN");
	else if (key ? !sysctl_set(key, r->st, v, err) : !is_fixed(name, v))
		pd_lacks(r, "the sysctl %s=%s", name, v);
}

/* What packetdrill's collections all begin with. */
void pd_sysctl_defaults(struct pd_run *r)
{
	pd_sysctl(r, "tcp_rmem", "4096 540000 15728640");
	pd_sysctl(r, "tcp_wmem", "4096 262144 4194304");
	pd_sysctl(r, "tcp_timestamps", "1");
	pd_sysctl(r, "tcp_syn_retries", "5");
	pd_sysctl(r, "tcp_synack_retries", "5");
	pd_sysctl(r, "tcp_sack", "1");
	pd_sysctl(r, "tcp_slow_start_after_idle", "0");
	pd_sysctl(r, "tcp_congestion_control", "cubic");
	pd_sysctl(r, "tcp_ecn", "0");
	pd_sysctl(r, "tcp_fastopen", "3");
	pd_sysctl(r, "tcp_fastopen_key", "a1a1a1a1-b2b2b2b2-c3c3c3c3-d4d4d4d4");
}
