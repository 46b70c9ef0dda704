/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SIM_MODEL_NETEM_H
#define SIM_MODEL_NETEM_H
/*
 * What one direction of a link does to frames: tc-netem's words and meaning
 * (tc-netem(8), Linux net/sched/sch_netem.c's documented behaviour), decided
 * by integers only.  The model decides; sim/link.c acts on the verdict.
 *
 * Every random decision has a Philox stream of its own (seed, "node:interface",
 * "tx", purpose) whose counter is the frame's number, so a change on one link,
 * or of one knob, disturbs no other stream.
 */
#include <stdbool.h>
#include <stdint.h>

#include "stack/util/drop.h"
#include "stack/util/ns.h"
#include "stack/util/rng.h"

/* A probability as a fraction of 2^32, saturated: UINT32_MAX is "always". */
typedef uint32_t prob_t;

enum netem_dist { DIST_UNIFORM, DIST_NORMAL, DIST_PARETO, DIST_PARETONORMAL };
enum netem_loss { LOSS_NONE, LOSS_RANDOM, LOSS_STATE, LOSS_GEMODEL };

struct netem_chance { prob_t p, corr; };

struct netem_spec {
	ns_t delay;                       /* one-way propagation, >= 0 */
	ns_t jitter;                      /* standard deviation of it, or +- for uniform */
	prob_t delay_corr;
	enum netem_dist dist;

	enum netem_loss loss;
	struct netem_chance loss_random;
	prob_t p13, p31, p32, p23, p14;   /* loss state: 4-state Markov chain */
	prob_t ge_p, ge_r, ge_h1, ge_k1;  /* loss gemodel: p, r, 1-h, 1-k */
	uint64_t *loss_list;              /* exactly these frames, from 1; sorted, owned */
	uint32_t loss_list_n;

	struct netem_chance corrupt;      /* one random bit of the frame flips */
	struct netem_chance duplicate;
	struct netem_chance reorder;      /* sent at once, past those that wait */
	uint32_t gap;                     /* reorder every gap-th frame; 0 is 1 */

	uint32_t limit;                   /* frames inside at most; 0: no limit */
	int32_t packet_overhead;          /* rate: bytes added to each frame */
	uint32_t cell_size;               /* rate: frames are cut in cells ... */
	int32_t cell_overhead;            /* ... each with this many bytes more */
};

/* Deep copy and release of what a spec owns. */
int netem_spec_copy(struct netem_spec *to, const struct netem_spec *from);
void netem_spec_fini(struct netem_spec *s);

/* True if frames can only be delayed by spec.delay: no draw is ever made. */
bool netem_is_plain(const struct netem_spec *s);

/*
 * tc's text form.  print writes only what differs from nothing, in tc's
 * order: "delay 5ms 1ms 25% distribution normal loss 10%".  parse takes the
 * words of one "tc qdisc ... netem" tail as argv (also the long spellings
 * "loss random 10% 25%", "loss state ...", "loss gemodel ...", "loss-list 1,5,9",
 * and "jitter 1ms" on its own); it changes only what the words name.
 * On error it leaves *s alone and puts one sentence into err: what was found
 * and what was expected.
 */
struct buf;
void netem_print(const struct netem_spec *s, struct buf *out);
int netem_parse(struct netem_spec *s, int argc, char *const *argv, char err[160]);

/* The same for words that come in parts, in any order: what they must not say
 * together is left to netem_check(), which takes a spec that is complete. */
int netem_parse_part(struct netem_spec *s, int argc, char *const *argv, char err[160]);
int netem_check(const struct netem_spec *s, char err[160]);

/* The running model of one direction. */
struct netem {
	struct netem_spec spec;           /* owned copy */
	struct rng loss, corrupt, dup, reorder, jitter;  /* streams by purpose */
	uint32_t last_loss, last_corrupt, last_dup, last_reorder, last_jitter;  /* correlation */
	uint8_t loss_state;               /* Markov state of the loss model */
	uint32_t gap_count;
	uint64_t frame_no;                /* frames judged so far */
};

/* stream: "h1:eth0 tx". */
void netem_init(struct netem *m, uint64_t seed, const char *stream);
void netem_fini(struct netem *m);
/* New spec from the next frame on; streams and counters go on. */
int netem_set(struct netem *m, const struct netem_spec *spec);

struct netem_copy {
	bool corrupt;
	uint32_t bit;                     /* random; the bit to flip is bit % frame bits */
	bool at_once;                     /* reordered: propagation delay is 0 */
	ns_t delay;                       /* propagation with jitter, >= 0 */
};

/* What happens to the next frame: 0 copies (dropped, *why says it), 1 or 2. */
unsigned netem_judge(struct netem *m, struct netem_copy copy[2], enum drop *why);

/* Bytes that len occupies on a rate-limited wire, with overhead and cells. */
uint32_t netem_wire_len(const struct netem_spec *s, uint32_t len);

#endif
