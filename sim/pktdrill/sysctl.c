// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The sysctls that scripts set become options of the stack; what has no effect
 * on segments here is let pass.  All else is not done, and said.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/run.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"

/* Values that our TCP has in any case; NULL: any value means the same here,
 * for it is of how things are sent below segments, or of what lasts from one
 * script to the next. */
static const struct { const char *name, *value; } fixed[] = {
	{ "tcp_dsack", "1" }, { "tcp_fack", "0" }, { "tcp_reordering", "3" },
	{ "tcp_recovery", "1" }, { "tcp_tw_reuse", "0" }, { "tcp_tw_reuse", "2" },
	{ "tcp_autocorking", "1" }, { "tcp_autocorking", "0" }, { "tcp_abort_on_overflow", "0" },
	{ "tcp_moderate_rcvbuf", "1" }, { "tcp_adv_win_scale", "1" },
	{ "tcp_workaround_signed_windows", "0" }, { "tcp_shrink_window", "0" },
	{ "tcp_notsent_lowat", "4294967295" }, { "tcp_notsent_lowat", "-1" },
	{ "tcp_rto_max_ms", "120000" }, { "tcp_thin_linear_timeouts", "0" },
	{ "tcp_rfc1337", "0" }, { "tcp_min_rtt_wlen", "300" }, { "tcp_plb_enabled", "0" },
	{ "tcp_comp_sack_nr", "0" }, { "tcp_comp_sack_delay_ns", "0" },
	{ "tcp_comp_sack_slack_ns", NULL }, { "default_qdisc", "pfifo_fast" },
	{ "default_qdisc", "pfifo" }, { "tcp_no_metrics_save", NULL },
	{ "tcp_tso_win_divisor", NULL }, { "tcp_tso_rtt_log", NULL }, { "tcp_min_tso_segs", NULL },
	{ "tcp_limit_output_bytes", NULL }, { "tcp_pacing_ss_ratio", "200" },
	{ "tcp_pacing_ca_ratio", "120" },
};

static void set(struct pd_run *r, const char *name, enum stack_option o, const char *v)
{
	char *end;
	long long n = strtoll(v, &end, 0);

	if (end == v || stack_set_option(r->st, o, n) != OK)
		pd_lacks(r, "the sysctl %s=%s", name, v);
}

/* "4096 131072 6291456": the default and the most. */
static void set_mem(struct pd_run *r, const char *v, enum stack_option def, int most)
{
	char *end;
	long long a, b;

	strtoll(v, &end, 0);
	a = strtoll(end, &end, 0);
	b = strtoll(end, &end, 0);
	if (stack_set_option(r->st, def, a) != OK ||
	    (most >= 0 && stack_set_option(r->st, (enum stack_option)most, b) != OK))
		pd_lacks(r, "buffers of %s", v);
}

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
	int o = stack_option_find(name);

	if (strcmp(name, "tcp_rmem") == 0)
		set_mem(r, v, OPT_TCP_RMEM, OPT_TCP_RMEM_MAX);
	else if (strcmp(name, "tcp_wmem") == 0)
		set_mem(r, v, OPT_TCP_WMEM, -1);
	else if (strcmp(name, "tcp_fastopen_key") == 0) {
		if (stack_set_fastopen_key(r->st, v) != OK)
			pd_lacks(r, "the sysctl %s=%s", name, v);
	} else if (strcmp(name, "tcp_congestion_control") == 0)
		snprintf(r->cc, sizeof(r->cc), "%s", v);
	else if (o >= 0)
		set(r, name, (enum stack_option)o, v);
	else if (!is_fixed(name, v))
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
