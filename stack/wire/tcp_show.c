// SPDX-License-Identifier: MIT
/* A segment as text, in tcpdump's words (with -S: no number is relative). */
#include "stack/util/cc.h"
#include "stack/wire/tcp.h"

const char *tcp_flags_fmt(uint8_t flags, char out[10])
{
	static const struct { uint8_t flag; char letter; } letters[] = {
		{ TCP_FIN, 'F' }, { TCP_SYN, 'S' }, { TCP_RST, 'R' }, { TCP_PSH, 'P' },
		{ TCP_ACK, '.' }, { TCP_URG, 'U' }, { TCP_ECE, 'E' }, { TCP_CWR, 'W' },
	};
	size_t n = 0;

	for (size_t i = 0; i < N_ELEM(letters); i++)
		if (flags & letters[i].flag)
			out[n++] = letters[i].letter;
	out[n] = '\0';
	return n ? out : "none";
}

/* --- options ------------------------------------------------------------------------ */

/* One option: its name, and the bytes that its value takes (-1: what its
 * length says).  show: NULL, or what says its value of n bytes. */
struct opt_text {
	uint8_t kind;
	int n;
	const char *name;
	void (*show)(const uint8_t *b, size_t n, struct buf *out);
};

static void show_u16(const uint8_t *b, size_t n, struct buf *out)
{
	(void)n;
	buf_printf(out, " %u", get_be16(b));
}

static void show_u8(const uint8_t *b, size_t n, struct buf *out)
{
	(void)n;
	buf_printf(out, " %u", b[0]);
}

static void show_ts(const uint8_t *b, size_t n, struct buf *out)
{
	(void)n;
	buf_printf(out, " val %u ecr %u", get_be32(b), get_be32(b + 4));
}

static void show_sacks(const uint8_t *b, size_t n, struct buf *out)
{
	if (n % 8) {
		buf_str(out, " invalid sack");
		return;
	}
	buf_printf(out, " %zu ", n / 8);
	for (; n; b += 8, n -= 8)
		buf_printf(out, "{%u:%u}", get_be32(b), get_be32(b + 4));
}

static void show_hex(const uint8_t *b, size_t n, struct buf *out)
{
	for (size_t i = 0; i < n; i++)
		buf_printf(out, "%s%02x", i ? "" : " 0x", b[i]);
}

/* RFC 5482 3: seconds, or minutes with the first bit (tcpdump takes the last). */
static void show_uto(const uint8_t *b, size_t n, struct buf *out)
{
	unsigned v = get_be16(b);

	(void)n;
	buf_printf(out, " 0x%x %u", v, (v & 0x7fff) * (v & 0x8000 ? 60 : 1));
}

/* RFC 7413 */
static void show_cookie(const uint8_t *b, size_t n, struct buf *out)
{
	if (!n) {
		buf_str(out, "  cookiereq");
	} else if (n % 2 || n < 4 || n > 16) {
		buf_str(out, "  (invalid)");
	} else {
		buf_str(out, "  cookie ");
		for (size_t i = 0; i < n; i++)
			buf_printf(out, "%02x", b[i]);
	}
}

static const struct opt_text opt_texts[] = {
	{ TCP_OPT_MSS, 2, "mss", show_u16 }, { TCP_OPT_WSCALE, 1, "wscale", show_u8 },
	{ TCP_OPT_SACK_OK, 0, "sackOK", NULL }, { TCP_OPT_SACK, -1, "sack", show_sacks },
	{ TCP_OPT_TS, 8, "TS", show_ts }, { 28, 2, "uto", show_uto },
	{ TCP_OPT_FASTOPEN, -1, "tfo", show_cookie }, { 30, -1, "mptcp", show_hex },
};

static struct opt_text text_of(uint8_t kind)
{
	for (size_t i = 0; i < N_ELEM(opt_texts); i++)
		if (opt_texts[i].kind == kind)
			return opt_texts[i];
	return (struct opt_text){ kind, -1, NULL, show_hex };
}

/* The option at p; the bytes it takes, or 0 if it cannot be. */
static size_t show_opt(const uint8_t *p, size_t n, struct buf *out)
{
	struct opt_text t = text_of(p[0]);
	size_t len = n > 1 ? p[1] : 0, value;

	if (len < 2 || len > n)
		return 0;
	value = t.n < 0 ? len - 2 : (size_t)t.n;
	if (value > n - 2)
		return 0;
	if (t.name)
		buf_str(out, t.name);
	else
		buf_printf(out, "unknown-%u", p[0]);
	if (t.show)
		t.show(p + 2, value, out);
	if (value != len - 2)
		buf_printf(out, "[len %zu]", len);
	return 2 + value;
}

/* False: something in them cannot be, and the line ends there. */
static bool show_opts(const uint8_t *p, size_t n, struct buf *out)
{
	const char *sep = "";

	buf_str(out, ", options [");
	while (n) {
		size_t took = 1;

		buf_str(out, sep);
		if (p[0] == TCP_OPT_EOL || p[0] == TCP_OPT_NOP)
			buf_str(out, p[0] == TCP_OPT_NOP ? "nop" : "eol");
		else
			took = show_opt(p, n, out);
		if (!took) {
			buf_str(out, n == 1 ? " [|tcp]" : "[bad opt]");
			return false;
		}
		if (p[0] == TCP_OPT_EOL)
			break;
		p += took, n -= took;
		sep = ",";
	}
	buf_str(out, "]");
	return true;
}

/* --- the header ----------------------------------------------------------------------- */

static void show_numbers(const struct tcp_hdr *h, size_t len, struct buf *out)
{
	if (len || (h->flags & (TCP_SYN | TCP_FIN | TCP_RST)))
		buf_printf(out, ", seq %u", h->seq.v);
	if (len)
		buf_printf(out, ":%u", seq_add(h->seq, (uint32_t)len).v);
	if (h->flags & TCP_ACK)
		buf_printf(out, ", ack %u", h->ack.v);
	buf_printf(out, ", win %u", h->wnd);
	if (h->flags & TCP_URG)
		buf_printf(out, ", urg %u", h->urg);
}

void tcp_show(const uint8_t *p, size_t avail, size_t len, struct buf *out)
{
	struct tcp_hdr h;
	char f[10];

	if (avail < TCP_HLEN) {
		buf_str(out, " [|tcp]");
		return;
	}
	(void)tcp_hdr_parse(&h, p, avail);
	if (h.hlen < TCP_HLEN) {
		buf_printf(out, " tcp %zu [bad hdr length %u - too short, < %u]", len - h.hlen,
			   h.hlen, TCP_HLEN);
		return;
	}
	buf_printf(out, "Flags [%s]", tcp_flags_fmt(h.flags, f));
	if (h.hlen > len) {
		buf_printf(out, " [bad hdr length %u - too long, > %zu]", h.hlen, len);
		return;
	}
	show_numbers(&h, len - h.hlen, out);
	if (h.hlen > avail)
		buf_str(out, ", options [ [|tcp]");
	else if (h.hlen == TCP_HLEN || show_opts(p + TCP_HLEN, h.hlen - (size_t)TCP_HLEN, out))
		buf_printf(out, ", length %zu", len - h.hlen);
}
