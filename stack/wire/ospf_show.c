// SPDX-License-Identifier: MIT
/* A packet as one line of text: what tcpdump -v says in several. */
#include "stack/util/be.h"
#include "stack/util/cc.h"
#include "stack/wire/ospf.h"

#define CUT " [|ospf2]"                   /* tcpdump's mark for what is not there */

const char *ospf_type_name(uint8_t type)
{
	static const char *const names[OSPF_TYPE_N] = {
		[OSPF_HELLO] = "Hello", [OSPF_DD] = "Database Description",
		[OSPF_LSR] = "LS-Request", [OSPF_LSU] = "LS-Update", [OSPF_LSACK] = "LS-Ack",
	};

	return type < OSPF_TYPE_N && names[type] ? names[type] : "unknown";
}

const char *ospf_lsa_type_name(uint8_t type)
{
	static const char *const names[] = {
		[OSPF_LSA_ROUTER] = "Router", [OSPF_LSA_NETWORK] = "Network",
		[OSPF_LSA_SUMMARY] = "Summary", [OSPF_LSA_ASBR] = "ASBR Summary",
		[OSPF_LSA_EXTERNAL] = "External", [6] = "Multicast Group",
		[OSPF_LSA_NSSA] = "NSSA", [OSPF_LSA_LINK_OPAQUE] = "Link Local Opaque",
		[OSPF_LSA_AREA_OPAQUE] = "Area Local Opaque",
		[OSPF_LSA_AS_OPAQUE] = "Domain Wide Opaque",
	};

	return type < N_ELEM(names) && names[type] ? names[type] : "unknown";
}

struct bit_text { uint8_t bit; const char *name; };

/* "External, Opaque", in the table's order; "none" for none of them. */
static void show_bits(const struct bit_text *t, size_t n, uint8_t bits, struct buf *out)
{
	const char *sep = "";

	for (size_t i = 0; i < n; i++) {
		if (!(bits & t[i].bit))
			continue;
		buf_printf(out, "%s%s", sep, t[i].name);
		sep = ", ";
	}
	if (!*sep)
		buf_str(out, "none");
}

void ospf_options_show(uint8_t options, struct buf *out)
{
	static const struct bit_text texts[] = {
		{ OSPF_OPT_MT, "MultiTopology" }, { OSPF_OPT_E, "External" },
		{ OSPF_OPT_MC, "Multicast" }, { OSPF_OPT_NP, "NSSA" }, { OSPF_OPT_L, "LLS" },
		{ OSPF_OPT_DC, "Demand Circuit" }, { OSPF_OPT_O, "Opaque" },
		{ OSPF_OPT_DN, "Up/Down" },
	};

	show_bits(texts, N_ELEM(texts), options, out);
}

/* ", Designated Router 10.0.0.1" */
static void show_id(const char *what, ip4_t id, struct buf *out)
{
	char text[ADDR_STRLEN];

	buf_printf(out, ", %s %s", what, ip4_fmt(id, text));
}

/* --- LSAs --------------------------------------------------------------------------- */

/* RFC 5250 3: an opaque LSA's Link State ID is a type and a number. */
static void show_lsa_name(uint32_t type, ip4_t id, const char *colon, struct buf *out)
{
	static const char *const opaques[] = {
		[1] = "Traffic Engineering LSA", [3] = "Graceful restart LSA",
		[4] = "Router Information LSA",
	};
	unsigned opaque = id >> 24;
	char text[ADDR_STRLEN];

	buf_printf(out, ", %s LSA (%u), ", ospf_lsa_type_name(type > 255 ? 0 : (uint8_t)type),
		   type);
	if (type < OSPF_LSA_LINK_OPAQUE || type > OSPF_LSA_AS_OPAQUE)
		buf_printf(out, "LSA-ID: %s", ip4_fmt(id, text));
	else
		buf_printf(out, "Opaque-Type%s %s (%u), Opaque-ID %u", colon,
			   opaque < N_ELEM(opaques) && opaques[opaque] ? opaques[opaque] :
			   "unknown", opaque, id & 0xffffff);
}

static void show_lsa_hdr(const struct ospf_lsa_hdr *h, struct buf *out)
{
	show_id("Advertising Router", h->adv, out);
	buf_printf(out, ", seq 0x%08x, age %us, length %u", (unsigned)h->seq.v, h->age,
		   h->len < OSPF_LSA_HLEN ? 0u : h->len - (unsigned)OSPF_LSA_HLEN);
	show_lsa_name(h->type, h->id, "", out);
	buf_str(out, ", Options: [");
	ospf_options_show(h->options, out);
	buf_str(out, "]");
}

/* True: the list ended where the packet does. */
static bool show_lsa_hdrs(struct rd *r, struct buf *out)
{
	struct ospf_lsa_hdr h;

	while (rd_left(r) && ospf_lsa_hdr_parse(&h, r))
		show_lsa_hdr(&h, out);
	return rd_ok(r);
}

/* --- bodies: false is cut short --------------------------------------------------------- */

static bool show_hello(struct rd *r, struct buf *out)
{
	struct ospf_hello h;
	char text[ADDR_STRLEN];
	ip4_t id;

	(void)ospf_hello_parse(&h, r);
	if (!rd_ok(r))
		return false;
	buf_str(out, ", Options [");
	ospf_options_show(h.options, out);
	buf_printf(out, "], Hello Timer %us, Dead Timer %us, Mask %s, Priority %u",
		   h.hello_interval, h.dead_interval, ip4_fmt(h.mask, text), h.priority);
	if (h.dr)
		show_id("Designated Router", h.dr, out);
	if (h.bdr)
		show_id("Backup Designated Router", h.bdr, out);
	if (rd_left(r))
		buf_str(out, ", Neighbor List:");
	while (rd_left(r) && ospf_id_parse(&id, r))
		buf_printf(out, " %s", ip4_fmt(id, text));
	return rd_ok(r);
}

static bool show_dd(struct rd *r, struct buf *out)
{
	static const struct bit_text flags[] = {
		{ OSPF_DD_I, "Init" }, { OSPF_DD_M, "More" }, { OSPF_DD_MS, "Master" },
	};
	struct ospf_dd dd;

	(void)ospf_dd_parse(&dd, r);
	if (!rd_ok(r))
		return false;
	buf_str(out, ", Options [");
	ospf_options_show(dd.options, out);
	buf_str(out, "], DD Flags [");
	show_bits(flags, N_ELEM(flags), dd.flags, out);
	buf_printf(out, "], MTU: %u, Sequence: 0x%08x", dd.mtu, dd.seq);
	return show_lsa_hdrs(r, out);
}

static bool show_lsr(struct rd *r, struct buf *out)
{
	struct ospf_lsr_item it;

	while (rd_left(r) && ospf_lsr_item_parse(&it, r)) {
		show_id("Advertising Router:", it.adv, out);
		show_lsa_name(it.type, it.id, ":", out);
	}
	return rd_ok(r);
}

static bool show_lsu(struct rd *r, struct buf *out)
{
	struct ospf_lsa_hdr h;
	uint32_t n;

	(void)ospf_lsu_parse(&n, r);
	if (!rd_ok(r))
		return false;
	buf_printf(out, ", %u LSA%s", n, n == 1 ? "" : "s");
	for (uint32_t i = 1; i <= n; i++) {
		if (!ospf_lsa_take(&h, r))
			return false;
		buf_printf(out, ", LSA #%u", i);
		show_lsa_hdr(&h, out);
	}
	return true;
}

/* --- the header ------------------------------------------------------------------------- */

/* What is not printable could end the line. */
static void show_password(const uint8_t *p, struct buf *out)
{
	buf_str(out, ", Simple text password: ");
	for (size_t i = 0; i < OSPF_AUTH_LEN && p[i]; i++)
		buf_putc(out, p[i] > ' ' && p[i] < 0x7f ? (char)p[i] : '?');
}

static void show_hdr(const struct ospf_hdr *h, struct buf *out)
{
	static const char *const autypes[] = {
		[OSPF_AUTH_NULL] = "none", [OSPF_AUTH_SIMPLE] = "simple",
		[OSPF_AUTH_CRYPTO] = "MD5",
	};

	show_id("Router-ID", h->router_id, out);
	if (h->area)
		show_id("Area", h->area, out);
	else
		buf_str(out, ", Backbone Area");
	buf_printf(out, ", Authentication Type: %s (%u)",
		   h->autype < N_ELEM(autypes) ? autypes[h->autype] : "unknown", h->autype);
	if (h->autype == OSPF_AUTH_SIMPLE)
		show_password(h->u.auth, out);
	else if (h->autype == OSPF_AUTH_CRYPTO)
		buf_printf(out, ", Key-ID: %u, Auth-Length: %u, Crypto Sequence Number: 0x%08x",
			   h->u.crypto.key_id, h->u.crypto.digest_len, h->u.crypto.seq);
}

static bool show_body(const struct ospf_hdr *h, struct rd r, struct buf *out)
{
	switch (h->type) {
	case OSPF_HELLO:
		return show_hello(&r, out);
	case OSPF_DD:
		return show_dd(&r, out);
	case OSPF_LSR:
		return show_lsr(&r, out);
	case OSPF_LSU:
		return show_lsu(&r, out);
	}
	return show_lsa_hdrs(&r, out);
}

/* As tcpdump does, a digest is left out of the length. */
static size_t shown_len(const struct ospf_hdr *h, size_t len)
{
	size_t digest = h->autype == OSPF_AUTH_CRYPTO ? h->u.crypto.digest_len : 0;

	return len >= h->len + digest ? len - digest : len;
}

void ospf_show(const uint8_t *p, size_t avail, size_t len, struct buf *out)
{
	struct ospf_hdr h;
	enum drop bad = ospf_hdr_parse(&h, p, avail);
	size_t n;

	if (bad == DROP_OSPF_SHORT) {
		buf_printf(out, "OSPF, length %zu" CUT, len);
		return;
	}
	if (bad == DROP_OSPF_VERSION) {
		buf_printf(out, "OSPFv%u, length %zu", p[0], len);
		return;
	}
	buf_str(out, "OSPFv2, ");
	if (bad == DROP_OSPF_TYPE) {
		buf_printf(out, "unknown LS-type %u, length %zu", h.type, len);
		return;
	}
	n = shown_len(&h, len);
	buf_printf(out, "%s, length %zu", ospf_type_name(h.type), n);
	if (h.len != n)
		buf_printf(out, " [len %u]", h.len);
	show_hdr(&h, out);
	n = h.len < avail ? h.len : avail;
	if (n < OSPF_HLEN)
		return;
	if (!show_body(&h, rd_init(p + OSPF_HLEN, n - OSPF_HLEN), out))
		buf_str(out, CUT);
}
