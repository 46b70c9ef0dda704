// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/capture/read.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "stack/util/err.h"

struct capture_read {
	pcap_t *p;                        /* owns the stream */
	char *name;
	char error[256];                  /* "": none */
};

static void stream_close(FILE *f)
{
	if (f != stdin)
		fclose(f);
}

struct capture_read *capture_read_open(const char *path, char err[256])
{
	FILE *f;

	if (strcmp(path, "-") == 0)
		return capture_read_stream(stdin, "standard input", err);
	f = fopen(path, "rbe");
	if (!f) {
		snprintf(err, 256, "cannot open %.180s: %s", path, strerror(errno));
		return NULL;
	}
	return capture_read_stream(f, path, err);
}

struct capture_read *capture_read_stream(FILE *f, const char *name, char err[256])
{
	struct capture_read *rd = calloc(1, sizeof(*rd));
	char why[PCAP_ERRBUF_SIZE] = "";

	if (!rd || !(rd->name = strdup(name))) {
		snprintf(err, 256, "no memory to read %.180s", name);
		stream_close(f);
	} else if (!(rd->p = pcap_fopen_offline_with_tstamp_precision(f,
					PCAP_TSTAMP_PRECISION_NANO, why))) {
		snprintf(err, 256, "cannot read %.120s: %.110s", name, why);
		stream_close(f);
	} else if (pcap_datalink(rd->p) != DLT_EN10MB) {
		const char *link = pcap_datalink_val_to_name(pcap_datalink(rd->p));

		snprintf(err, 256, "%.160s holds no Ethernet frames but %.40s", name,
			 link ? link : "frames of an unknown link type");
	} else {
		return rd;
	}
	capture_read_close(rd);
	return NULL;
}

/* libpcap hands over what the file says: seconds may be anything. */
static ns_t unix_ns(const struct timeval *tv)
{
	int64_t ns;

	if (__builtin_mul_overflow((int64_t)tv->tv_sec, INT64_C(1000000000), &ns) ||
	    __builtin_add_overflow(ns, (int64_t)tv->tv_usec, &ns))
		return NS_NEVER;
	return ns;
}

int capture_read_next(struct capture_read *rd, struct captured_frame *fr)
{
	struct pcap_pkthdr *h;
	const u_char *bytes;

	if (rd->error[0])
		return ERR_PROTO;
	switch (pcap_next_ex(rd->p, &h, &bytes)) {
	case 1:
		break;
	case PCAP_ERROR_BREAK:                    /* the end of a file */
		return 0;
	default:
		snprintf(rd->error, sizeof(rd->error), "%.100s: %.150s", rd->name,
			 pcap_geterr(rd->p));
		return ERR_PROTO;
	}
	*fr = (struct captured_frame){
		.unix_ns = unix_ns(&h->ts),
		.bytes = bytes,
		.kept = h->caplen,
		.len = h->len > h->caplen ? h->len : h->caplen,
	};
	return 1;
}

const char *capture_read_error(const struct capture_read *rd)
{
	return rd->error[0] ? rd->error : NULL;
}

void capture_read_close(struct capture_read *rd)
{
	if (!rd)
		return;
	if (rd->p)
		pcap_close(rd->p);
	free(rd->name);
	free(rd);
}
