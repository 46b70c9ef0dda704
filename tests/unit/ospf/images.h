/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_UNIT_OSPF_IMAGES_H
#define TESTS_UNIT_OSPF_IMAGES_H
/* Images of LSAs, written by hand. */
#include "stack/wire/ospf_lsa.h"

struct image { uint8_t b[2048]; size_t n; };

/* seq counts from 1: the initial number.  Finished: length and checksum are right. */
struct image image_router(uint32_t id, int seq, const struct ospf_link *links, size_t n);
struct image image_network(ip4_t dr, unsigned len, uint32_t adv, int seq, const uint32_t *ids,
			   size_t n);
struct image image_summary(uint8_t type, ip4_t id, unsigned len, uint32_t adv, int seq,
			   uint32_t metric);
struct image image_external(uint8_t type, ip4_t id, unsigned len, uint32_t adv, int seq,
			    const struct ospf_external *x);
/* With another number or age. */
struct image image_with_seq(const struct image *i, int seq);
struct image image_with_age(const struct image *i, uint16_t age);

#endif
