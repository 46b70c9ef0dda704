/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_ADDR_H
#define STACK_UTIL_ADDR_H
/*
 * Addresses as values.  IPv4 addresses are host-order integers everywhere
 * above wire/; struct addr carries a family and is what public interfaces
 * take, so that IPv6 changes no signature.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef uint32_t ip4_t;                   /* host order */

#define IP4(a, b, c, d) \
	((ip4_t)(a) << 24 | (ip4_t)(b) << 16 | (ip4_t)(c) << 8 | (ip4_t)(d))
#define IP4_ANY       ((ip4_t)0)
#define IP4_BROADCAST ((ip4_t)0xffffffff)
#define IP4_LOOPBACK  IP4(127, 0, 0, 1)
#define IP4_ALL_HOSTS IP4(224, 0, 0, 1)   /* RFC 1112 4 */

enum addr_family { ADDR_NONE = 0, ADDR_IP4 = 4, ADDR_IP6 = 6 };

struct addr {
	uint8_t family;                   /* enum addr_family */
	union {
		ip4_t v4;
		uint8_t v6[16];
	};
};

struct prefix { struct addr addr; uint8_t len; };
struct endpoint { struct addr addr; uint16_t port; };
struct mac { uint8_t b[6]; };

#define ADDR_STRLEN 46                    /* longest text, with the NUL */
#define PREFIX_STRLEN (ADDR_STRLEN + 4)
#define MAC_STRLEN 18

static inline struct addr addr_ip4(ip4_t a)
{
	return (struct addr){ .family = ADDR_IP4, .v4 = a };
}

static inline ip4_t ip4_mask(unsigned len)        /* len <= 32 */
{
	return len ? (ip4_t)~(ip4_t)0 << (32 - len) : 0;
}

static inline bool ip4_is_mask(ip4_t m)           /* ones, then zeros; 0.0.0.0 too */
{
	return (~m & (~m + 1)) == 0;
}

static inline bool ip4_in(ip4_t a, ip4_t net, unsigned len)
{
	return ((a ^ net) & ip4_mask(len)) == 0;
}

static inline bool ip4_is_mcast(ip4_t a) { return a >> 28 == 14; }
static inline bool ip4_is_loopback(ip4_t a) { return a >> 24 == 127; }
static inline bool ip4_is_class_e(ip4_t a) { return a >> 28 == 15; }

static inline bool mac_is_group(struct mac m) { return m.b[0] & 1; }
static inline bool mac_eq(struct mac a, struct mac b)
{
	return memcmp(a.b, b.b, sizeof(a.b)) == 0;
}
extern const struct mac mac_broadcast, mac_zero;

bool addr_eq(const struct addr *a, const struct addr *b);
bool prefix_eq(const struct prefix *a, const struct prefix *b);
bool prefix_has(const struct prefix *p, const struct addr *a);

/*
 * Text to value.  The whole string must be the value: dotted quad of four
 * decimal numbers without leading zeros; "A.B.C.D/LEN"; six hex pairs with
 * ':' or '-', either case.  On false the result is untouched.
 */
bool ip4_parse(ip4_t *a, const char *s);
bool addr_parse(struct addr *a, const char *s);
bool prefix_parse(struct prefix *p, const char *s);  /* a bare address is /32 */
bool mac_parse(struct mac *m, const char *s);

/* Value to text; return buf, which holds ..._STRLEN bytes. */
char *ip4_fmt(ip4_t a, char buf[ADDR_STRLEN]);
char *addr_fmt(const struct addr *a, char buf[ADDR_STRLEN]);
char *prefix_fmt(const struct prefix *p, char buf[PREFIX_STRLEN]);
char *mac_fmt(struct mac m, char buf[MAC_STRLEN]);

#endif
