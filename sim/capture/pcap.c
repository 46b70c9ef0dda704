// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/capture/pcap.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>

#include "stack/util/cc.h"

struct pcap_writer {
	struct capture_writer w;
	pcap_t *dead;                     /* knows link type, snaplen, precision */
	pcap_dumper_t *dump;              /* owns w.f */
};

static struct pcap_writer *pcap_writer_of(struct capture_writer *w)
{
	return container_of(w, struct pcap_writer, w);
}

/* The format has no interfaces: there is nothing to write. */
static bool pcap_writer_add_if(struct capture_writer *w, const char *name, uint64_t rate_bps)
{
	(void)w, (void)name, (void)rate_bps;
	return true;
}

/* pcap_dump() returns nothing; a failed write shows in the stream alone. */
static bool pcap_writer_record(struct capture_writer *w, const struct capture_record *r)
{
	struct pcap_writer *pw = pcap_writer_of(w);
	struct pcap_pkthdr h = { .caplen = r->kept, .len = r->len };
	static const u_char none[1];

	h.ts.tv_sec = (time_t)(r->unix_ns / 1000000000);
	h.ts.tv_usec = (suseconds_t)(r->unix_ns % 1000000000);   /* nanoseconds, here */
	pcap_dump((u_char *)pw->dump, &h, r->kept ? r->bytes : none);
	return !ferror_unlocked(w->f);
}

static bool pcap_writer_close(struct capture_writer *w)
{
	struct pcap_writer *pw = pcap_writer_of(w);
	bool ok = pcap_dump_flush(pw->dump) == 0 && !ferror_unlocked(w->f);
	int why = errno;

	pcap_dump_close(pw->dump);
	pcap_close(pw->dead);
	free(pw);
	errno = why;
	return ok;
}

static struct capture_writer *pcap_writer_open(FILE *f, uint32_t snaplen)
{
	struct pcap_writer *pw = calloc(1, sizeof(*pw));
	pcap_t *dead = pcap_open_dead_with_tstamp_precision(DLT_EN10MB, (int)snaplen,
							     PCAP_TSTAMP_PRECISION_NANO);

	if (!pw || !dead) {
		fclose(f);
		goto fail;
	}
	pw->w = (struct capture_writer){ .fmt = &capture_pcap, .f = f };
	pw->dead = dead;
	pw->dump = pcap_dump_fopen(dead, f);          /* closes f if it fails */
	if (pw->dump)
		return &pw->w;
fail:
	if (dead)
		pcap_close(dead);
	free(pw);
	errno = ENOMEM;
	return NULL;
}

const struct capture_format capture_pcap = {
	.open = pcap_writer_open,
	.add_if = pcap_writer_add_if,
	.record = pcap_writer_record,
	.close = pcap_writer_close,
};
