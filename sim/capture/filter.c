// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/capture/filter.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim/capture/writer.h"

struct capture_filter { struct bpf_program prog; };

struct capture_filter *capture_filter_new(const char *expr, char err[256])
{
	struct capture_filter *flt = calloc(1, sizeof(*flt));
	pcap_t *dead = pcap_open_dead(DLT_EN10MB, (int)CAPTURE_SNAPLEN_MAX);

	if (!flt || !dead)
		snprintf(err, 256, "no memory for a filter");
	else if (pcap_compile(dead, &flt->prog, expr, 1, PCAP_NETMASK_UNKNOWN) == 0)
		goto out;
	else
		snprintf(err, 256, "bad filter \"%.100s\": %s", expr, pcap_geterr(dead));
	free(flt);
	flt = NULL;
out:
	if (dead)
		pcap_close(dead);
	return flt;
}

void capture_filter_free(struct capture_filter *flt)
{
	if (!flt)
		return;
	pcap_freecode(&flt->prog);
	free(flt);
}

bool capture_filter_match(const struct capture_filter *flt, const void *frame, size_t len)
{
	struct pcap_pkthdr h = { .caplen = (bpf_u_int32)len, .len = (bpf_u_int32)len };

	return pcap_offline_filter(&flt->prog, &h, frame) != 0;
}

bool capture_filter_ok(const char *filter, char err[256])
{
	struct capture_filter *flt = capture_filter_new(filter ? filter : "", err);

	capture_filter_free(flt);
	return flt != NULL;
}
