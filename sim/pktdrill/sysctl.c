// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * The sysctls that scripts set become options of the stack; what has no effect
 * on segments here is let pass.  All else is not done, and said.
 */
#include <stdio.h>
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
	{ "tcp_comp_sack_slack_ns", NULL }, { "tcp_no_metrics_save", NULL },
	{ "default_qdisc", NULL },                /* the interface has its own already */
	{ "tcp_mem", NULL }, { "netdev_max_backlog", NULL }, { "tcp_low_latency", NULL },
	{ "tcp_ehash_entries", NULL }, { "tcp_child_ehash_entries", NULL },
	{ "tcp_thin_dupack", NULL }, { "tcp_frto_response", NULL },
	{ "tcp_backlog_ack_defer", NULL },
	{ "tcp_app_win", "31" }, { "tcp_ecn_fallback", "1" }, { "tcp_pingpong_thresh", "1" },
	{ "tcp_fastopen_blackhole_timeout_sec", "0" }, { "tcp_fwmark_accept", "0" },
	{ "tcp_l3mdev_accept", "0" }, { "tcp_migrate_req", "0" }, { "tcp_reflect_tos", "0" },
	{ "tcp_syn_linear_timeouts", "0" }, { "tcp_max_reordering", "300" },
	{ "tcp_abc", "0" }, { "tcp_tw_recycle", "0" }, { "tcp_cookie_size", "0" },
	{ "ip_no_pmtu_disc", "0" },
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

/* Linux counts the shortest timeout in us, we in ms. */
static bool set_rto_min(struct pd_run *r, const char *v)
{
	const struct sysctl *key = sysctl_find("tcp_rto_min_ms");
	char ms[24], err[128], *end;
	long us = strtol(v, &end, 10);

	snprintf(ms, sizeof(ms), "%ld", us / 1000);
	return !*end && us > 0 && us % 1000 == 0 && key && sysctl_set(key, r->st, ms, err);
}

static const char *last_part(const char *path)
{
	const char *name = path + strlen(path);

	while (name > path && name[-1] != '.' && name[-1] != '/')
		name--;
	return name;
}

void pd_sysctl(struct pd_run *r, const char *path, const char *v)
{
	const char *name = last_part(path);
	const struct sysctl *key;
	char err[128];
	bool set;

	key = strncmp(path, "net.inet", 8) == 0 ? NULL : sysctl_find(name);
	if (strcmp(name, "tcp_rto_min_us") == 0)
		set = set_rto_min(r, v);
	else
		set = key ? sysctl_set(key, r->st, v, err) : is_fixed(name, v);
	if (strcmp(name, "tcp_ecn") == 0 && strtol(v, NULL, 0) > 2)
		pd_lacks(r, "AccECN");
	else if (!set)
		pd_lacks(r, "the sysctl %s=%s", path, v);
}

void pd_sysctl_read(struct pd_run *r, const char *path)
{
	if (!sysctl_find(last_part(path)))
		pd_lacks(r, "the sysctl %s", path);
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
