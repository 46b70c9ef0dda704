// SPDX-License-Identifier: MIT
/* Authentication: RFC 2328 D (none, password, MD5), RFC 5709 (HMAC-SHA). */
#include <nettle/hmac.h>
#include <nettle/md5.h>
#include <nettle/memops.h>
#include <nettle/nettle-meta.h>

#include "stack/ospf/ospf.h"

#define MD5_KEY_LEN 16                    /* bytes; RFC 2328 D.4.3 */

static const struct auth_row {
	const char *name;
	uint16_t autype;
	uint8_t key_max;                  /* bytes */
	const struct nettle_hash *hash;   /* of OSPF_AUTH_CRYPTO */
} rows[] = {
	[OSPF_AUTH_NONE]        = { "null", OSPF_AUTH_NULL, 0, NULL },
	[OSPF_AUTH_TEXT]        = { "text", OSPF_AUTH_SIMPLE, OSPF_AUTH_LEN, NULL },
	[OSPF_AUTH_MD5]         = { "md5", OSPF_AUTH_CRYPTO, MD5_KEY_LEN, &nettle_md5 },
	[OSPF_AUTH_HMAC_SHA1]   = { "hmac-sha-1", OSPF_AUTH_CRYPTO, OSPF_KEY_MAX, &nettle_sha1 },
	[OSPF_AUTH_HMAC_SHA256] = { "hmac-sha-256", OSPF_AUTH_CRYPTO, OSPF_KEY_MAX, &nettle_sha256 },
	[OSPF_AUTH_HMAC_SHA384] = { "hmac-sha-384", OSPF_AUTH_CRYPTO, OSPF_KEY_MAX, &nettle_sha384 },
	[OSPF_AUTH_HMAC_SHA512] = { "hmac-sha-512", OSPF_AUTH_CRYPTO, OSPF_KEY_MAX, &nettle_sha512 },
};

bool ospf_auth_valid(const struct ospf_auth *a)
{
	if ((unsigned)a->type >= N_ELEM(rows) || a->n_keys > OSPF_N_KEYS)
		return false;
	for (unsigned i = 0; i < a->n_keys; i++)
		if (a->keys[i].len > OSPF_KEY_MAX || a->keys[i].len > rows[a->type].key_max)
			return false;
	return a->type == OSPF_AUTH_NONE || a->n_keys > 0;
}

static enum ospf_auth_type type_of(const struct ospf_if *oi)
{
	return oi->auth ? oi->auth->type : OSPF_AUTH_NONE;
}

size_t ospf_auth_len(const struct ospf_if *oi)
{
	const struct nettle_hash *hash = rows[type_of(oi)].hash;

	return hash ? hash->digest_size : 0;
}

/* --- digests -------------------------------------------------------------------------- */

/* RFC 2328 D.4.3: of the packet and the key, padded with zeros. */
static void digest_md5(const struct ospf_key *key, const uint8_t *head, const uint8_t *body,
		       size_t n, uint8_t *out)
{
	uint8_t pad[MD5_KEY_LEN] = { 0 };
	struct md5_ctx md5;

	memcpy(pad, key->key, key->len);
	md5_init(&md5);
	md5_update(&md5, OSPF_HLEN, head);
	md5_update(&md5, n, body);
	md5_update(&md5, sizeof(pad), pad);
	md5_digest(&md5, MD5_DIGEST_SIZE, out);
}

/* A hash's state, whichever it is: outer, inner, and the one that moves on. */
union hash_ctx { struct sha1_ctx sha1; struct sha256_ctx sha256; struct sha512_ctx sha512; };

/* RFC 5709 3.3: HMAC of the packet and Apad.  A key longer than the digest, even if
 * within the block of the hash, is hashed first; BIRD does not, so beside it keys are
 * to be no longer than the digest. */
static void digest_hmac(const struct nettle_hash *hash, const struct ospf_key *key,
			const uint8_t *head, const uint8_t *body, size_t n, uint8_t *out)
{
	static const uint8_t apad[4] = { 0x87, 0x8f, 0xe1, 0xf3 };
	union hash_ctx outer, inner, state;
	uint8_t short_key[OSPF_KEY_MAX];
	const uint8_t *k = key->key;
	size_t len = key->len;

	if (len > hash->digest_size) {
		hash->init(&state);
		hash->update(&state, len, k);
		len = hash->digest_size;
		hash->digest(&state, len, short_key);
		k = short_key;
	}
	hmac_set_key(&outer, &inner, &state, hash, len, k);
	hmac_update(&state, hash, OSPF_HLEN, head);
	hmac_update(&state, hash, n, body);
	for (size_t i = 0; i < hash->digest_size; i += sizeof(apad))
		hmac_update(&state, hash, sizeof(apad), apad);
	hmac_digest(&outer, &inner, &state, hash, hash->digest_size, out);
}

static void digest(const struct ospf_auth *a, const struct ospf_key *key, const uint8_t *head,
		   const uint8_t *body, size_t n, uint8_t out[OSPF_DIGEST_MAX])
{
	if (a->type == OSPF_AUTH_MD5)
		digest_md5(key, head, body, n, out);
	else
		digest_hmac(rows[a->type].hash, key, head, body, n, out);
}

/* --- out (D.4) ---------------------------------------------------------------------------- */

/* Seconds, so that it does not fall when this router starts anew. */
static uint32_t next_seq(struct ospf_if *oi)
{
	const struct ospf *o = oi->area->ospf;
	uint32_t now = o->conf.seq_base + (uint32_t)(ospf_now(o) / SEC(1));

	if (oi->crypto_seq < now)
		oi->crypto_seq = now;
	return oi->crypto_seq;
}

void ospf_auth_sign(struct ospf_if *oi, uint8_t *pkt, size_t n)
{
	const struct auth_row *row = &rows[type_of(oi)];
	const struct ospf_auth *a = oi->auth;
	const struct ospf_key *key = a ? &a->keys[a->n_keys - 1] : NULL;
	uint8_t *at = pkt + OSPF_AUTH_AT;

	put_be16(at - 2, row->autype);
	memset(at, 0, OSPF_AUTH_LEN);
	if (row->autype == OSPF_AUTH_CRYPTO) {
		at[2] = key->id;
		at[3] = (uint8_t)row->hash->digest_size;
		put_be32(at + 4, next_seq(oi));
	}
	ospf_finish(pkt, n);
	if (row->autype == OSPF_AUTH_SIMPLE)
		memcpy(at, key->key, key->len);
	if (row->autype == OSPF_AUTH_CRYPTO)
		digest(a, key, pkt, pkt + OSPF_HLEN, n - OSPF_HLEN, pkt + n);
}

/* --- in (D.5) ------------------------------------------------------------------------------- */

static enum drop wrong(struct ospf_if *oi, const struct ospf_hdr *h, ip4_t src, enum drop why,
		       const char *text)
{
	ospf_problem(oi, h->router_id, src, why, "%s", text);
	return why;
}

static enum drop check_password(struct ospf_if *oi, const struct ospf_hdr *h, ip4_t src)
{
	for (unsigned i = 0; i < oi->auth->n_keys; i++) {
		const struct ospf_key *key = &oi->auth->keys[i];
		uint8_t pad[OSPF_AUTH_LEN] = { 0 };

		memcpy(pad, key->key, key->len);
		if (memcmp(pad, h->u.auth, sizeof(pad)) == 0)
			return DROP_NONE;
	}
	return wrong(oi, h, src, DROP_OSPF_AUTH, "another password");
}

static const struct ospf_key *key_of(const struct ospf_auth *a, uint8_t id)
{
	for (unsigned i = 0; i < a->n_keys; i++)
		if (a->keys[i].id == id)
			return &a->keys[i];
	return NULL;
}

static enum drop check_digest(struct ospf_if *oi, const struct ospf_nbr *n,
			      const struct ospf_hdr *h, ip4_t src, const uint8_t *head,
			      const uint8_t *body)
{
	const struct ospf_key *key = key_of(oi->auth, h->u.crypto.key_id);
	size_t body_len = h->len - (size_t)OSPF_HLEN;
	uint8_t right[OSPF_DIGEST_MAX];

	if (!key) {
		ospf_problem(oi, h->router_id, src, DROP_OSPF_AUTH, "key ID %u, expected %u",
			     (unsigned)h->u.crypto.key_id,
			     (unsigned)oi->auth->keys[oi->auth->n_keys - 1].id);
		return DROP_OSPF_AUTH;
	}
	if (h->u.crypto.digest_len != ospf_auth_len(oi)) {
		ospf_problem(oi, h->router_id, src, DROP_OSPF_AUTH,
			     "a digest of %u bytes, expected %u (%s)",
			     (unsigned)h->u.crypto.digest_len, (unsigned)ospf_auth_len(oi),
			     rows[oi->auth->type].name);
		return DROP_OSPF_AUTH;
	}
	digest(oi->auth, key, head, body, body_len, right);
	if (!memeql_sec(right, body + body_len, h->u.crypto.digest_len))
		return wrong(oi, h, src, DROP_OSPF_AUTH, "a wrong digest: another key, or damaged");
	if (n && n->id == h->router_id && h->u.crypto.seq < n->crypto_seq)
		return wrong(oi, h, src, DROP_OSPF_AUTH_SEQ, "an old cryptographic sequence number");
	return DROP_NONE;
}

static const char *autype_name(uint16_t autype)
{
	return autype == OSPF_AUTH_NULL ? "none" :
	       autype == OSPF_AUTH_SIMPLE ? "a password" :
	       autype == OSPF_AUTH_CRYPTO ? "a digest" : "an unknown one";
}

enum drop ospf_auth_check(struct ospf_if *oi, const struct ospf_nbr *n, const struct ospf_hdr *h,
			  ip4_t src, const uint8_t *head, const uint8_t *body)
{
	const struct auth_row *row = &rows[type_of(oi)];

	if (unlikely(h->autype != row->autype)) {
		ospf_problem(oi, h->router_id, src, DROP_OSPF_AUTYPE,
			     "authentication: %s, expected %s", autype_name(h->autype),
			     autype_name(row->autype));
		return DROP_OSPF_AUTYPE;
	}
	if (likely(row->autype == OSPF_AUTH_NULL))
		return DROP_NONE;
	if (row->autype == OSPF_AUTH_SIMPLE)
		return check_password(oi, h, src);
	return check_digest(oi, n, h, src, head, body);
}
