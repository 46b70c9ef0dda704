// SPDX-License-Identifier: GPL-3.0-or-later
/* RFC 2328 D, RFC 5709.  The digests expected were computed with Python's hashlib
 * and hmac, from the text of the RFCs. */
#include "tests/unit/ospf/fixture.h"

static struct ospf_auth auth_of(enum ospf_auth_type type, uint8_t id, const char *key)
{
	struct ospf_auth a = { .type = type, .n_keys = 1 };

	a.keys[0].id = id;
	a.keys[0].len = (uint8_t)strlen(key);
	memcpy(a.keys[0].key, key, strlen(key));
	return a;
}

static void key_add(struct ospf_auth *a, uint8_t id, const char *key)
{
	struct ospf_key *k = &a->keys[a->n_keys++];

	k->id = id;
	k->len = (uint8_t)strlen(key);
	memcpy(k->key, key, strlen(key));
}

static void reconf(struct onet *on, struct netdev *dev, const struct ospf_auth *a)
{
	on->if_conf.auth = a;
	onet_if_on(on, dev, OSPF_NET_P2P);
}

/* --- digests ----------------------------------------------------------------------- */

/* The digest of a Hello of 10.10.10.10 in area 0, at second 5, key 7, in hex. */
static void digest_of(enum ospf_auth_type type, const char *key, char *hex, size_t *n)
{
	struct onet *on = onet_new();
	struct ospf_auth a = auth_of(type, 7, key);
	struct speaker *s;
	struct netdev *dev;
	struct stack *st;

	on->conf.router_id = IP4(10, 10, 10, 10);
	on->if_conf.auth = &a;
	onet_run(on, SEC(5));
	st = onet_router(on);
	dev = onet_if(on, st, "10.0.0.1/24", OSPF_NET_BROADCAST);
	onet_run(on, MSEC(1));
	s = speaker_new(dev, IP4(2, 2, 2, 2), IP4(10, 0, 0, 2));
	REQUIRE(speaker_hears(s, OSPF_HELLO));
	CHECK_EQ(s->h.autype, OSPF_AUTH_CRYPTO);
	CHECK_EQ(s->h.csum, 0);
	CHECK_EQ(s->h.u.crypto.key_id, 7);
	CHECK_EQ(s->h.u.crypto.seq, 5);
	*n = s->h.u.crypto.digest_len;
	for (size_t i = 0; i < *n; i++)
		snprintf(hex + 2 * i, 3, "%02x", s->body[s->n + i]);
	speaker_free(s);
	onet_free(on);
}

static void check_digest(enum ospf_auth_type type, const char *key, const char *expected)
{
	char hex[2 * OSPF_DIGEST_MAX + 1];
	size_t n;

	digest_of(type, key, hex, &n);
	CHECK_EQ(2 * n, strlen(expected));
	CHECK_STR(hex, expected);
}

#define K40 "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk"

TEST(auth, md5_is_that_of_rfc2328)
{
	check_digest(OSPF_AUTH_MD5, "secret", "db137b6b827dc40e06c1b91d42ca783d");
}

TEST(auth, hmac_sha_is_that_of_rfc5709)
{
	check_digest(OSPF_AUTH_HMAC_SHA1, "secret", "f7333e427db4fb93df86d248884354c329fd614a");
	check_digest(OSPF_AUTH_HMAC_SHA256, "secret",
		     "e652b75d68f26958d53af84b1bd5b5136c8d82d21cf8377c270fdc620ed7aa6b");
	check_digest(OSPF_AUTH_HMAC_SHA384, "secret",
		     "c11cd1a2d572286775477673e2d8bd9fe9d252b8f0ccc2972d9f9b700c86f83a"
		     "216f482597b56055a32a96b7501915bf");
	check_digest(OSPF_AUTH_HMAC_SHA512, "secret",
		     "7bcb47543b69f8e6f41273741a4d568f02d31a6f1261ddadc6fa6684a83ee068"
		     "812f5e797004dbc1a187420323733fe51a8d29e170524ff1ccd81b96dc988f69");
}

/* Longer than the digest, though within the block of the hash: hashed first. */
TEST(auth, a_long_key_is_hashed)
{
	check_digest(OSPF_AUTH_HMAC_SHA1, K40, "a80efee9ffbca602efd1672e4a8f19352a3234c2");
	check_digest(OSPF_AUTH_HMAC_SHA256, K40,
		     "7598a5b7bfe4eeeff4c624b348f7eedc7b23d86a79834686a901261a9c48f638");
	check_digest(OSPF_AUTH_HMAC_SHA512, K40,
		     "b481db0f4cfd06dd525b5255fb1c1ce8d544b562ff4496f640badf3c087b3f81"
		     "0f700e6fa9ebcc00d395e2b4c2fe81be35e856598bdac50a51b0d80c90e83be2");
}

/* --- between routers -------------------------------------------------------------------- */

TEST(auth, every_type_makes_an_adjacency)
{
	for (int t = OSPF_AUTH_NONE; t <= OSPF_AUTH_HMAC_SHA512; t++) {
		struct onet *on = onet_new();
		struct stack *r1 = onet_router(on), *r2 = onet_router(on);
		struct ospf_auth a = auth_of((enum ospf_auth_type)t, 1, t ? "secret" : "");

		on->if_conf.auth = &a;
		onet_link(on, r1, r2);
		onet_run(on, SEC(100));
		CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
		CHECK_EQ(onet_nbr(r2, r1), OSPF_NBR_FULL);
		CHECK_EQ(onet_problems(on, r1, NULL), 0);
		onet_free(on);
	}
}

/* What r1 says of r2 when they have these keys. */
static void mismatch(const struct ospf_auth *a1, const struct ospf_auth *a2, enum drop why,
		     const char *text)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct olink l = onet_link(on, r1, r2);

	reconf(on, l.a, a1);
	reconf(on, l.b, a2);
	onet_run(on, SEC(60));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_DOWN);
	CHECK_EQ(onet_problems(on, r1, text), 1);         /* once, however often */
	CHECK(show_drops(r1, why) >= 5);
	onet_free(on);
}

TEST(auth, who_cannot_be_believed_is_told)
{
	struct ospf_auth text = auth_of(OSPF_AUTH_TEXT, 0, "secret");
	struct ospf_auth other = auth_of(OSPF_AUTH_TEXT, 0, "Secret");
	struct ospf_auth md5 = auth_of(OSPF_AUTH_MD5, 1, "secret");
	struct ospf_auth md5_2 = auth_of(OSPF_AUTH_MD5, 2, "secret");
	struct ospf_auth md5_key = auth_of(OSPF_AUTH_MD5, 1, "Secret");
	struct ospf_auth sha = auth_of(OSPF_AUTH_HMAC_SHA256, 1, "secret");

	mismatch(NULL, &text, DROP_OSPF_AUTYPE, "authentication: a password, expected none");
	mismatch(&text, NULL, DROP_OSPF_AUTYPE, "authentication: none, expected a password");
	mismatch(&text, &md5, DROP_OSPF_AUTYPE, "authentication: a digest, expected a password");
	mismatch(&text, &other, DROP_OSPF_AUTH, "another password");
	mismatch(&md5, &md5_2, DROP_OSPF_AUTH, "key ID 2, expected 1");
	mismatch(&md5, &md5_key, DROP_OSPF_AUTH, "wrong digest");
	mismatch(&md5, &sha, DROP_OSPF_AUTH, "a digest of 32 bytes, expected 16 (md5)");
}

/* A new key is taken everywhere before anybody sends with it. */
TEST(auth, keys_change_without_a_gap)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct ospf_auth old = auth_of(OSPF_AUTH_MD5, 1, "old"), both, new;
	struct olink l;

	on->if_conf.auth = &old;
	l = onet_link(on, r1, r2);
	onet_run(on, SEC(1));
	both = auth_of(OSPF_AUTH_MD5, 2, "new");
	key_add(&both, 1, "old");
	reconf(on, l.a, &both);
	reconf(on, l.b, &both);
	onet_run(on, SEC(50));
	new = auth_of(OSPF_AUTH_MD5, 1, "old");
	key_add(&new, 2, "new");
	reconf(on, l.a, &new);
	onet_run(on, SEC(50));
	reconf(on, l.b, &new);
	onet_run(on, SEC(50));
	CHECK_EQ(onet_changes(on, r1, OSPF_NBR_FULL), 1);
	CHECK_EQ(onet_changes(on, r2, OSPF_NBR_FULL), 1);
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	onet_free(on);
}

/* D.3: "the number never falls", though the router forgot it. */
TEST(auth, a_restarted_router_is_believed)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct ospf_auth a = auth_of(OSPF_AUTH_MD5, 1, "secret");
	struct olink l;

	on->if_conf.auth = &a;
	l = onet_link(on, r1, r2);
	onet_run(on, SEC(15));
	stack_ospf_stop(r2);
	onet_start(on, r2);
	onet_if_on(on, l.b, OSPF_NET_P2P);
	onet_run(on, MSEC(10));
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	CHECK_EQ(show_drops(r1, DROP_OSPF_AUTH_SEQ), 0);
	onet_free(on);
}

static bool keep(void *arg, const struct pkt *p)
{
	struct frame *f = arg;

	if (!f->n)
		f->n = pkt_copy_out(p, 0, f->b, sizeof(f->b));
	return true;
}

TEST(auth, what_was_recorded_is_not_believed_later)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct ospf_auth a = auth_of(OSPF_AUTH_MD5, 1, "secret");
	static struct frame f;
	struct olink l;

	on->if_conf.auth = &a;
	f.n = 0;
	l = onet_link(on, r1, r2);
	net_tap(l.b, keep, &f);
	onet_run(on, SEC(15));
	REQUIRE(f.n > 0);
	net_inject_frame(l.a, &f);                /* a Hello that does not list r1 */
	CHECK_EQ(show_drops(r1, DROP_OSPF_AUTH_SEQ), 1);
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	CHECK_EQ(onet_problems(on, r1, "old cryptographic sequence number"), 1);
	onet_free(on);
}

/* Not only Hellos move the number on. */
TEST(auth, every_packet_outdates_what_was_recorded)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct ospf_auth a = auth_of(OSPF_AUTH_MD5, 1, "secret");
	static struct frame f;
	struct olink l;

	on->if_conf.auth = &a;
	f.n = 0;
	l = onet_link(on, r1, r2);
	net_tap(l.b, keep, &f);
	onet_run(on, SEC(7));
	on->if_conf.cost = 77;
	reconf(on, l.b, &a);                      /* r2 floods, and says no Hello */
	onet_run(on, SEC(1));
	REQUIRE(f.n > 0);
	net_inject_frame(l.a, &f);
	CHECK_EQ(show_drops(r1, DROP_OSPF_AUTH_SEQ), 1);
	CHECK_EQ(onet_nbr(r1, r2), OSPF_NBR_FULL);
	onet_free(on);
}

TEST(auth, what_is_sent_has_the_last_key_and_a_number_that_grows)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on);
	struct ospf_auth a = auth_of(OSPF_AUTH_MD5, 1, "old");
	struct speaker *s;
	struct netdev *dev;
	uint32_t seq;

	key_add(&a, 2, "new");
	on->if_conf.auth = &a;
	dev = onet_if(on, r1, "10.0.0.1/24", OSPF_NET_P2P);
	s = speaker_new(dev, IP4(2, 2, 2, 2), IP4(10, 0, 0, 2));
	onet_run(on, SEC(5));
	REQUIRE(speaker_hears(s, OSPF_HELLO));
	CHECK_EQ(s->h.u.crypto.key_id, 2);
	onet_run(on, SEC(10));
	REQUIRE(speaker_hears(s, OSPF_HELLO));
	seq = s->h.u.crypto.seq;
	onet_run(on, SEC(10));
	REQUIRE(speaker_hears(s, OSPF_HELLO));
	CHECK_EQ(s->h.u.crypto.seq, seq + 10);
	speaker_free(s);
	onet_free(on);
}

/* Of a run that ends, neighbours remember numbers: the next begins above them. */
TEST(auth, the_callers_clock_is_the_base_of_the_numbers)
{
	struct onet *on = onet_new();
	struct ospf_auth a = auth_of(OSPF_AUTH_HMAC_SHA256, 1, "key");
	struct speaker *s;
	struct netdev *dev;

	on->if_conf.auth = &a;
	on->conf.seq_base = 1700000000;
	dev = onet_if(on, onet_router(on), "10.0.0.1/24", OSPF_NET_P2P);
	s = speaker_new(dev, IP4(2, 2, 2, 2), IP4(10, 0, 0, 2));
	onet_run(on, SEC(25));
	REQUIRE(speaker_hears(s, OSPF_HELLO));
	CHECK(s->h.u.crypto.seq >= 1700000000 && s->h.u.crypto.seq <= 1700000025);
	speaker_free(s);
	onet_free(on);
}

TEST(auth, a_damaged_digest_is_refused)
{
	struct onet *on = onet_new();
	struct stack *r1 = onet_router(on), *r2 = onet_router(on);
	struct ospf_auth a = auth_of(OSPF_AUTH_HMAC_SHA256, 1, "secret");
	static struct frame f;
	struct olink l;

	on->if_conf.auth = &a;
	f.n = 0;
	l = onet_link(on, r1, r2);
	net_tap(l.b, keep, &f);
	onet_run(on, MSEC(1));
	REQUIRE(f.n > 0);
	for (size_t i = ETH_HLEN + IP4_HLEN + 24; i < f.n; i++) {
		f.b[i] ^= 1;
		net_inject_frame(l.a, &f);
		f.b[i] ^= 1;
	}
	CHECK_EQ(show_drops(r1, DROP_OSPF_AUTH), f.n - (ETH_HLEN + IP4_HLEN + 24));
	onet_free(on);
}

TEST(auth, keys_that_cannot_be_are_refused)
{
	struct ospf_auth none = { .type = OSPF_AUTH_MD5 };
	struct ospf_auth text = auth_of(OSPF_AUTH_TEXT, 0, "ninebytes");
	struct ospf_auth md5 = auth_of(OSPF_AUTH_MD5, 0, "seventeen bytes..");
	struct ospf_auth many = { .type = OSPF_AUTH_MD5, .n_keys = OSPF_N_KEYS + 1 };
	struct ospf_auth odd = { .type = (enum ospf_auth_type)99, .n_keys = 1 };
	struct ospf_auth nothing = { .type = OSPF_AUTH_NONE };

	CHECK(!ospf_auth_valid(&none));
	CHECK(!ospf_auth_valid(&text));
	CHECK(!ospf_auth_valid(&md5));
	CHECK(!ospf_auth_valid(&many));
	CHECK(!ospf_auth_valid(&odd));
	CHECK(ospf_auth_valid(&nothing));
}
