// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * OSPFv2 on grids of routers, each link a /31 with 1 ms of delay: from the cold
 * start until every link state database of an area is the same and nothing is
 * under way, after one link was cut, and while nothing happens.  Each grid runs
 * in a process of its own, for what it holds resident.  The routes are compared
 * with a breadth-first search before any figure is printed.  And the shortest-path
 * tree of one router (16.1), whose distances are compared with the grid's.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/lab.h"
#include "sim/topo/topo.h"
#include "stack/netdev.h"
#include "stack/ospf.h"
#include "stack/ospf/spf.h"
#include "stack/show.h"
#include "tests/bench/bench.h"

#define COST 10
#define LIMIT SEC(300)                    /* of lab time, to converge within */

static void die(const char *what)
{
	fprintf(stderr, "bench/ospf: %s\n", what);
	exit(1);
}

/* --- labs ------------------------------------------------------------------------- */

struct grid {
	uint32_t rows, cols, blocks;      /* of rows x cols each; block 0 is area 0 */
	uint32_t n, n_links;
	struct { uint32_t a, b, area; ip4_t net; } *links;
	uint32_t in_area[256];            /* links so far */
};

/* Area k has 10.k.0.0/16. */
static void join(struct grid *g, uint32_t a, uint32_t b, uint32_t area)
{
	g->links[g->n_links].a = a;
	g->links[g->n_links].b = b;
	g->links[g->n_links].area = area;
	g->links[g->n_links++].net = IP4(10, area, 0, 0) + 2 * g->in_area[area]++;
}

/* A block is a grid and an area; two corners of each are also in the backbone. */
static struct grid grid_new(uint32_t rows, uint32_t cols, uint32_t blocks)
{
	struct grid g = { .rows = rows, .cols = cols, .blocks = blocks };
	uint32_t size = rows * cols;

	g.n = size * blocks;
	g.links = calloc((size_t)g.n * 2 + 2 * blocks, sizeof(*g.links));
	for (uint32_t i = 0; i < g.n; i++) {
		if (i % cols < cols - 1)
			join(&g, i, i + 1, i / size);
		if (i % size / cols < rows - 1)
			join(&g, i, i + cols, i / size);
	}
	for (uint32_t b = 1; b < blocks; b++) {
		join(&g, b * size, b * (size / blocks), 0);
		join(&g, b * size + size - 1, b * (size / blocks) + 1, 0);
	}
	return g;
}

static struct lab *lab_of(const struct grid *g)
{
	struct buf y = { 0 }, errs = { 0 };
	struct topo *t;

	buf_str(&y, "version: 1\nname: grid\n"
		    "defaults: {routing: none, link: {rate: 0, delay: 1ms}}\nnodes:\n");
	for (uint32_t i = 0; i < g->n; i++)
		buf_printf(&y, "  n%u: {}\n", i);
	buf_str(&y, "links:\n");
	for (uint32_t i = 0; i < g->n_links; i++) {
		ip4_t net = g->links[i].net;

		buf_printf(&y, "  - {endpoints: [n%u, n%u], ipv4: 10.%u.%u.%u/31}\n", g->links[i].a,
			   g->links[i].b, net >> 16 & 255, net >> 8 & 255, net & 255);
	}
	t = topo_parse("bench.yaml", y.s, y.len, &errs);
	if (!t)
		die(errs.s);
	buf_free(&y);
	return lab_new(t, NULL);
}

/* --- OSPF on all of it ---------------------------------------------------------------- */

static void start(const struct grid *g, struct lab *lab, uint32_t i)
{
	uint32_t area = i / (g->rows * g->cols);
	struct ospf_range range = { .prefix = { addr_ip4(IP4(10, area, 0, 0)), 16 } };
	struct ospf_area_config a = { .ranges = &range, .n_ranges = area > 0 };
	struct stack *st = node_stack(lab_node(lab, i));
	struct ospf_config c;

	ospf_config_init(&c);
	c.router_id = 0x01000001 + i;
	if (stack_ospf_start(st, &c) != OK || (area > 0 && stack_ospf_area(st, area, &a) != OK))
		die("OSPF does not start");
}

static void speak(struct link_end *e, uint32_t area)
{
	struct ospf_if_config c;

	ospf_if_config_init(&c);
	c.type = OSPF_NET_P2P;
	c.cost = COST;
	c.area = area;
	if (stack_ospf_if(node_stack(e->node), &e->dev, &c) != OK)
		die("OSPF does not run on an interface");
}

static void start_all(const struct grid *g, struct lab *lab)
{
	for (uint32_t i = 0; i < g->n; i++)
		start(g, lab, i);
	for (uint32_t i = 0; i < g->n_links; i++) {
		speak(&lab->links[i]->end[0], g->links[i].area);
		speak(&lab->links[i]->end[1], g->links[i].area);
	}
}

/* --- converged --------------------------------------------------------------------------- */

struct seen { bool differ; uint64_t *digest; uint8_t *known; };

static bool same_digest(void *arg, const struct show_ospf_area *a)
{
	struct seen *s = arg;

	if (!s->known[a->id]) {
		s->known[a->id] = 1;
		s->digest[a->id] = a->digest;
	}
	s->differ |= s->digest[a->id] != a->digest;
	return !s->differ;
}

static bool converged(const struct grid *g, struct lab *lab)
{
	uint64_t digest[256];
	uint8_t known[256] = { 0 };
	struct seen s = { .digest = digest, .known = known };

	for (uint32_t i = 0; i < g->n; i++)
		if (!show_ospf_settled(node_stack(lab_node(lab, i)), NULL))
			return false;
	for (uint32_t i = 0; i < g->n && !s.differ; i++)
		show_ospf_areas(node_stack(lab_node(lab, i)), same_digest, &s);
	return !s.differ;
}

/* Wall seconds that the lab ran until it had converged, in steps of lab time. */
static double run_until_converged(const struct grid *g, struct lab *lab, ns_t step)
{
	ns_t end = lab_now(lab) + LIMIT;
	double spent = 0, t;

	do {
		if (lab_now(lab) >= end)
			die("the routers do not converge");
		t = bench_now();
		lab_run_until(lab, lab_now(lab) + step);
		spent += bench_now() - t;
	} while (!converged(g, lab));
	return spent;
}

/* --- are the routes right? ------------------------------------------------------------------ */

/* Hops from one router to all others; UINT32_MAX: none lead there. */
static void search(const struct grid *g, const struct lab *lab, uint32_t from, uint32_t *hops)
{
	uint32_t *queue = calloc(g->n, sizeof(*queue)), head = 0, tail = 0;

	memset(hops, 0xff, g->n * sizeof(*hops));
	hops[from] = 0;
	queue[tail++] = from;
	for (; head < tail; head++) {
		for (uint32_t i = 0; i < g->n_links; i++) {
			uint32_t a = g->links[i].a, b = g->links[i].b, v = queue[head];
			uint32_t to = a == v ? b : a;

			if (!lab->links[i]->up || (a != v && b != v) || hops[to] != UINT32_MAX)
				continue;
			hops[to] = hops[v] + 1;
			queue[tail++] = to;
		}
	}
	free(queue);
}

struct want { const struct grid *g; const struct lab *lab; const uint32_t *hops; uint32_t right; };

static bool check_route(void *arg, const struct route_info *r)
{
	struct want *w = arg;

	if (r->spec.proto != RP_OSPF || r->spec.to.len != 31)
		return true;
	for (uint32_t i = 0; i < w->g->n_links; i++) {
		uint32_t a = w->hops[w->g->links[i].a], b = w->hops[w->g->links[i].b];

		if (w->g->links[i].net != r->spec.to.addr.v4)
			continue;
		if (r->spec.metric != ((a < b ? a : b) + 1) * COST)
			die("a route has another cost than the search found");
		w->right++;
	}
	return true;
}

/* Of one area: every link that is up and not ours has its route with its cost. */
static void check_routes(const struct grid *g, struct lab *lab, uint32_t from)
{
	uint32_t *hops = calloc(g->n, sizeof(*hops)), ours = 0, up = 0;
	struct want w = { g, lab, hops, 0 };

	search(g, lab, from, hops);
	for (uint32_t i = 0; i < g->n_links; i++) {
		bool mine = g->links[i].a == from || g->links[i].b == from;

		up += lab->links[i]->up;
		ours += mine && lab->links[i]->up;
	}
	show_routes(node_stack(lab_node(lab, from)), check_route, &w);
	if (w.right != up - ours)
		die("a link has no route");
	free(hops);
}

static void check_some(const struct grid *g, struct lab *lab)
{
	for (uint32_t i = 0; i < g->n && g->blocks == 1; i += g->n / 9)
		check_routes(g, lab, i);
}

/* --- one tree (16.1) -------------------------------------------------------------------------- */

/* A grid that is known to n0 alone, in its corner: n1 and n2 are its neighbours. */
static uint32_t grid_id(uint32_t cols, uint32_t i)
{
	uint32_t node = i == cols ? 2 : i == 2 ? cols : i;

	return 0x01000001 + node;
}

/* The link and its subnet, as a router-LSA has them. */
static void say_link(struct wr *w, uint32_t cols, uint32_t to, ip4_t data)
{
	struct ospf_link p2p = { .id = grid_id(cols, to), .data = data, .type = OSPF_LINK_P2P,
				 .metric = COST };
	struct ospf_link stub = { .id = data & ip4_mask(31), .data = ip4_mask(31),
				  .type = OSPF_LINK_STUB, .metric = COST };

	ospf_link_emit(&p2p, w);
	ospf_link_emit(&stub, w);
}

static void say_router(struct ospf *o, const struct grid *g, uint32_t i)
{
	uint32_t c = g->cols, r = i / c, links = 0, at[4];
	struct ospf_lsa_hdr h = { .type = OSPF_LSA_ROUTER, .id = grid_id(c, i), .adv = grid_id(c, i),
				  .seq = ospf_seq(0x80001000) };
	struct ospf_router rt = { 0 };
	enum ospf_lsa_fault bad;
	uint8_t image[256];
	struct wr w = wr_init(image, sizeof(image));

	if (i % c > 0)
		at[links++] = i - 1;
	if (i % c < c - 1)
		at[links++] = i + 1;
	if (r > 0)
		at[links++] = i - c;
	if (r < g->rows - 1)
		at[links++] = i + c;
	rt.n_links = (uint16_t)(2 * links);
	ospf_lsa_hdr_emit(&h, &w);
	ospf_router_emit(&rt, &w);
	for (uint32_t k = 0; k < links; k++) {            /* the lower end has the even address */
		uint32_t low = at[k] < i ? at[k] : i, high = at[k] ^ i ^ low;

		say_link(&w, c, at[k], IP4(10, 128, 0, 0) + 4 * low + 2 * (high == low + 1) +
				       (i == high));
	}
	ospf_lsa_finish(image, wr_len(&w));
	if (lsdb_install(o, ospf_lsa_get(o->pool, 0, image, wr_len(&w), &bad), 0) != OK)
		die("an LSA is not installed");
}

/* Microseconds that the whole tree of rows x cols routers takes. */
static double tree_us(uint32_t rows, uint32_t cols)
{
	struct grid g = grid_new(rows, cols, 1), corner = grid_new(2, 2, 1);
	struct lab *lab = lab_of(&corner);
	struct spf_scratch s;
	struct ospf *o;
	unsigned rounds = 1000000 / g.n;
	double t;

	start_all(&corner, lab);
	(void)run_until_converged(&corner, lab, MSEC(10));
	o = node_stack(lab_node(lab, 0))->ospf;
	for (uint32_t i = 1; i < g.n; i++)
		say_router(o, &g, i);
	t = bench_now();
	for (unsigned k = 0; k < rounds; k++) {
		if (!spf_scratch_open(o, &s) || !spf_full(ospf_area_find(o, 0), &s))
			die("no memory");
		spf_scratch_close(&s);
	}
	t = bench_now() - t;
	for (uint32_t i = 0; i < g.n; i++)
		if (spf_dist(ospf_area_find(o, 0), ospf_vertex_find(o->pool, 0, false,
								    grid_id(cols, i))) !=
		    COST * (i % cols + i / cols))
			die("the tree is wrong");
	lab_free(lab);
	free(g.links);
	free(corner.links);
	return t / rounds * 1e6;
}

/* --- figures ---------------------------------------------------------------------------------- */

static long resident_kib(void)
{
	char line[128];
	long kib = 0;
	FILE *f = fopen("/proc/self/status", "r");

	while (f && fgets(line, sizeof(line), f))
		(void)sscanf(line, "VmRSS: %ld", &kib);
	if (f)
		fclose(f);
	return kib;
}

struct result { double cold_s, cut_ms, idle_x, kib; };

static void measure(const struct grid *g, ns_t step, struct result *r)
{
	struct lab *lab = lab_of(g);
	long before = resident_kib();
	ns_t idle = SEC(60);
	double t;

	start_all(g, lab);
	r->cold_s = run_until_converged(g, lab, step);
	r->kib = (double)(resident_kib() - before) / g->n;
	check_some(g, lab);
	lab_run_until(lab, lab_now(lab) + SEC(20));
	link_set_up(lab->links[g->rows * g->cols], false);
	r->cut_ms = run_until_converged(g, lab, step) * 1e3;
	check_some(g, lab);
	t = bench_now();
	lab_run_until(lab, lab_now(lab) + idle);
	r->idle_x = (double)idle / 1e9 / (bench_now() - t);
	lab_free(lab);
}

static struct result in_child(uint32_t rows, uint32_t cols, uint32_t blocks, ns_t step)
{
	struct result r = { 0 };
	int fd[2], status;
	pid_t pid;

	if (pipe(fd) != 0 || (pid = fork()) < 0)
		die("no process");
	if (pid == 0) {
		struct grid g = grid_new(rows, cols, blocks);

		measure(&g, step, &r);
		_exit(write(fd[1], &r, sizeof(r)) == sizeof(r) ? 0 : 1);
	}
	if (waitpid(pid, &status, 0) != pid || status != 0 || read(fd[0], &r, sizeof(r)) != sizeof(r))
		exit(1);
	close(fd[0]);
	close(fd[1]);
	return r;
}

int main(int argc, char **argv)                  /* [100|1000|10000|spf]: only that one */
{
	struct result r;

	if (argc < 2 || strcmp(argv[1], "spf") == 0) {
		bench_line("spf_1000_us", tree_us(25, 40), "us", "lower", 50);
		bench_line("spf_10000_us", tree_us(100, 100), "us", "lower", 600);
	}
	if (argc < 2 || strcmp(argv[1], "100") == 0) {
		r = in_child(10, 10, 1, MSEC(10));
		bench_line("ospf_grid100_s", r.cold_s, "s", "lower", 0.1);
	}
	if (argc < 2 || strcmp(argv[1], "1000") == 0) {
		r = in_child(25, 40, 1, MSEC(10));
		bench_line("ospf_grid1000_s", r.cold_s, "s", "lower", 1);
		bench_line("ospf_reconverge_ms", r.cut_ms, "ms", "lower", 80);
		bench_line("ospf_router_kib", r.kib, "KiB", "lower", 64);
		bench_line("ospf_idle_x", r.idle_x, "x", "higher", 50);
	}
	if (argc >= 2 && strcmp(argv[1], "10000") == 0) {
		r = in_child(20, 25, 20, MSEC(50));
		bench_line("ospf_grid10000_s", r.cold_s, "s", "lower", 60);
		bench_part("ospf_router_10000_kib", r.kib, "KiB", "lower");
		bench_part("ospf_reconverge_10000_ms", r.cut_ms, "ms", "lower");
	}
	return 0;
}
