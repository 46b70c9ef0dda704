// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/port/port.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "sim/lab.h"
#include "sim/mem.h"
#include "sim/port/expose.h"
#include "sim/port/netns.h"
#include "sim/port/record.h"
#include "sim/port/replay.h"
#include "sim/port/uplink.h"
#include "sim/topo/topo.h"
#include "stack/wire/eth.h"

#define READY_AT_ONCE 32
#define REAL_TIME 1000

static const struct port_ops *const kinds[] = {
	&port_interface, &port_netns, &port_pcap, &port_tap, &port_unix, &port_unixgram,
};

const char *port_node_name(const struct port *pt) { return node_name(pt->end->node); }
const char *port_ifname(const struct port *pt) { return pt->end->dev.name; }

static struct lab *port_lab(const struct port *pt) { return pt->end->link->lab; }

/* --- in ------------------------------------------------------------------------ */

void port_rx(struct port *pt, const void *frame, size_t n)
{
	struct pkt *p = n >= ETH_HLEN && n <= PKT_MAX ?
			pkt_from_bytes(port_lab(pt)->pool, frame, n) : NULL;

	if (p)
		pkt_queue_push(&pt->in, p);
	else
		pt->stats.in_dropped++;
}

/* The instant at which frames enter the lab. */
static void port_due(struct node_timer *t)
{
	struct port *pt = container_of(t, struct port, due);
	struct pkt *p;

	if (pt->ops->due)
		pt->ops->due(pt);
	if (pt->outer_told) {
		record_carrier(pt, !pt->outer_down);
		netdev_set_up(&pt->end->dev, !pt->outer_down);
	}
	pt->outer_told = false;
	while ((p = pkt_queue_pop(&pt->in))) {
		pt->stats.in_frames++;
		pt->stats.in_bytes += pkt_len(p);
		record_frame(pt, p);
		link_end_xmit(pt->end, p);
	}
}

static void port_due_at(struct port *pt, ns_t at)
{
	if (!list_linked(&pt->due.node))
		node_timer_set(&pt->due, at);
}

static void port_ready(struct port_event *ev, ns_t at)
{
	struct port *pt = container_of(ev, struct port, event);

	pt->ops->read(pt);
	if (pt->in.count)
		port_due_at(pt, at);
}

void port_outer_carrier(struct port *pt, bool on, ns_t at)
{
	pt->outer_down = !on;
	pt->outer_told = true;
	port_due_at(pt, at);
}

void ports_read(struct lab *lab, ns_t at)
{
	struct epoll_event ready[READY_AT_ONCE];
	int n = epoll_wait(lab->ports_fd, ready, READY_AT_ONCE, 0);

	for (int i = 0; i < n; i++) {
		struct port_event *ev = ready[i].data.ptr;

		if (ev->fd >= 0)          /* one before it may have taken it away */
			ev->ready(ev, at);
	}
}

/* --- out ----------------------------------------------------------------------- */

void port_output(struct link_end *e, struct pkt *p)
{
	struct port *pt = e->port;
	bool sent = pt && pt->ops->write(pt, p);

	if (pt && pt->refused == sent)
		record_refusal(pt, !sent);
	if (sent) {
		pt->stats.out_frames++;
		pt->stats.out_bytes += pkt_len(p);
		if (pt->ops->flush && !list_linked(&pt->to_flush))
			list_push_back(&port_lab(pt)->flushing, &pt->to_flush);
	} else {
		if (pt)
			pt->stats.out_dropped++;
		e->dev.stats.rx_dropped++;
		link_end_note_drop(e, p, DROP_PORT_SHUT);
	}
	pkt_free(p);
}

void ports_flush(struct lab *lab)
{
	struct port *pt;

	while ((pt = list_first(&lab->flushing, struct port, to_flush))) {
		list_remove(&pt->to_flush);
		pt->ops->flush(pt);
	}
	record_flush(lab);
}

void port_set_carrier(struct link_end *e, bool on)
{
	if (e->port->ops->carrier)
		e->port->ops->carrier(e->port, on);
}

/* --- opening and closing --------------------------------------------------------- */

void port_watch(struct port *pt, int fd, bool to_write)
{
	struct epoll_event ev = { .events = EPOLLIN | (to_write ? EPOLLOUT : 0),
				  .data.ptr = &pt->event };
	int epfd = port_lab(pt)->ports_fd;

	if (pt->fd >= 0)
		(void)epoll_ctl(epfd, EPOLL_CTL_DEL, pt->fd, NULL);
	pt->fd = fd;
	pt->event = (struct port_event){ .fd = fd, .ready = port_ready };
	if (fd >= 0 && epoll_ctl(epfd, EPOLL_CTL_ADD, fd, &ev) != 0)
		lab_say(port_lab(pt), "%s %s: cannot be watched: %s", port_node_name(pt),
			port_ifname(pt), strerror(errno));
}

bool port_event_watch(struct lab *lab, struct port_event *ev)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = ev };

	ev->waits = e.events;
	return epoll_ctl(lab->ports_fd, EPOLL_CTL_ADD, ev->fd, &e) == 0;
}

/* A hang-up is told of in any case, over and over: so epoll knows no fd of
 * which nothing is wanted. */
void port_event_want(struct lab *lab, struct port_event *ev, bool in, bool out)
{
	struct epoll_event e = { .events = (in ? EPOLLIN : 0) | (out ? EPOLLOUT : 0),
				 .data.ptr = ev };

	if (e.events == ev->waits || ev->fd < 0)
		return;
	if (epoll_ctl(lab->ports_fd, !ev->waits ? EPOLL_CTL_ADD : e.events ? EPOLL_CTL_MOD :
		      EPOLL_CTL_DEL, ev->fd, &e) == 0)
		ev->waits = e.events;
}

void port_event_unwatch(struct lab *lab, struct port_event *ev)
{
	if (ev->fd >= 0)
		(void)epoll_ctl(lab->ports_fd, EPOLL_CTL_DEL, ev->fd, NULL);
	ev->fd = -1;
}

const char *port_path(const struct port *pt, const char *path, char *out, size_t room,
		      char err[256])
{
	const char *lab = lab_topo(port_lab(pt))->file;
	const char *slash = *path == '/' ? NULL : strrchr(lab, '/');
	int dir = slash ? (int)(slash + 1 - lab) : 0;

	if (!*path)
		snprintf(err, 256, "expected a path after '%s:'", pt->ops->word);
	else if ((size_t)snprintf(out, room, "%.*s%s", dir, lab, path) < room)
		return out;
	else
		snprintf(err, 256, "%.*s%.100s: longer than %zu bytes", dir < 100 ? dir : 100, lab,
			 path, room - 1);
	return NULL;
}

static const struct port_ops *kind_find(const char *word, size_t len)
{
	for (size_t i = 0; i < N_ELEM(kinds); i++)
		if (strlen(kinds[i]->word) == len && memcmp(kinds[i]->word, word, len) == 0)
			return kinds[i];
	return NULL;
}

const struct port_ops *const *port_kinds(size_t *n)
{
	*n = N_ELEM(kinds);
	return kinds;
}

bool port_spec_ok(const char *spec, char err[256])
{
	size_t len = strcspn(spec, ":");
	struct buf words = { 0 };

	if (spec[len] == ':' && kind_find(spec, len))
		return true;
	for (size_t i = 0; i < N_ELEM(kinds); i++)
		if (strcmp(kinds[i]->word, "netns") != 0)         /* a kind of node */
			buf_printf(&words, "%s%s:", words.len ? ", " : "", kinds[i]->word);
	snprintf(err, 256, "'%.*s' is no kind of port: expected %s", (int)(len < 40 ? len : 40),
		 spec, words.s ? words.s : "");
	buf_free(&words);
	return false;
}

/* "%i" stands for the interface's name. */
static char *expand(const char *s, const char *ifname)
{
	struct buf b = { 0 };

	for (; *s; s++) {
		if (s[0] == '%' && s[1] == 'i') {
			buf_str(&b, ifname);
			s++;
		} else {
			buf_printf(&b, "%c", *s);
		}
	}
	if (!b.s)
		buf_str(&b, "");
	return buf_take(&b);
}

static void port_free(struct port *pt)
{
	port_watch(pt, -1, false);
	if (list_linked(&pt->to_flush))
		list_remove(&pt->to_flush);
	list_remove(&pt->node);
	node_timer_stop(&pt->due);
	pkt_queue_free(&pt->in);
	pt->end->port = NULL;
	free(pt->arg);
	free(pt);
}

const char *port_spec(const struct link_end *e)
{
	const struct topo_node *n = &lab_topo(e->link->lab)->nodes[e->node->index];

	return n->kind == NODE_EXTERNAL && n->port ? n->port : "netns:";
}

struct port *port_new(struct link_end *e, const struct port_ops *ops, const char *arg,
		      char err[256])
{
	struct lab *lab = e->link->lab;
	struct port *pt = xcalloc(1, sizeof(*pt));

	pt->ops = ops;
	pt->event.fd = -1;
	pt->end = e;
	pt->fd = pt->other_fd = pt->record_if = -1;
	pt->arg = expand(arg, e->dev.name);
	node_timer_init(&pt->due, e->node, port_due);
	list_push_back(&lab->ports, &pt->node);
	if (!pt->arg)
		snprintf(err, 256, "out of memory");
	if (!pt->arg || (!ops->in_lab_time && !outside_open(lab, err)) ||
	    !ops->open(pt, pt->arg, err)) {
		port_free(pt);
		return NULL;
	}
	e->port = pt;
	port_watch(pt, pt->fd, false);
	if (ops->carrier)
		ops->carrier(pt, e->dev.flags & DEV_CARRIER);
	return pt;
}

static bool port_open(struct link_end *e, struct buf *errs)
{
	const char *spec = port_spec(e), *colon = strchr(spec, ':');
	const struct port_ops *ops = kind_find(spec, strcspn(spec, ":"));
	char err[256];

	if (ops ? port_new(e, ops, colon ? colon + 1 : "", err) != NULL : port_spec_ok(spec, err))
		return true;
	if (*err)
		buf_printf(errs, "netloom: %s %s: %s\n", node_name(e->node), e->dev.name, err);
	return false;
}

bool outside_open(struct lab *lab, char err[256])
{
	if (lab->ports_fd >= 0)
		return true;
	lab->ports_fd = epoll_create1(EPOLL_CLOEXEC);
	if (lab->ports_fd < 0) {
		snprintf(err, 256, "epoll: %s", strerror(errno));
		return false;
	}
	lab->pace.fd = lab->ports_fd;
	lab_set_pace(lab, REAL_TIME);
	(void)prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);       /* else each sleep is 50 us longer */
	return true;
}

static void outside_close(struct lab *lab)
{
	if (lab->ports_fd < 0)
		return;
	close(lab->ports_fd);
	lab->ports_fd = lab->pace.fd = -1;
	lab_set_pace(lab, 0);
}

/* What concerns all doors of a machine that is a node itself. */
static bool uplink_do(bool (*what)(const struct lab *lab, char err[256]), const struct lab *lab,
		      struct buf *errs)
{
	char err[256];

	if (!lab_topo(lab)->uplink || what(lab, err))
		return true;
	buf_printf(errs, "netloom: %s\n", err);
	return false;
}

bool lab_open_ports(struct lab *lab, struct buf *errs)
{
	bool ok = uplink_do(uplink_check, lab, errs);

	if (!ok)
		return false;
	for (size_t i = 0; i < lab->n_nodes; i++)
		for (uint32_t k = 0; lab->nodes[i]->is_door && k < lab->nodes[i]->n_ends; k++)
			ok &= port_open(lab->nodes[i]->ends[k], errs);
	ok = ok && uplink_do(uplink_set, lab, errs);
	if (!ok)
		ports_close(lab);
	else if (lab_has_ports(lab) && lab_has_ospf(lab) && lab_now(lab) == 0)
		ospf_lab_clock(lab, (uint32_t)time(NULL));
	return ok;
}

void ports_shut(struct lab *lab)
{
	struct port *pt;

	while ((pt = list_first(&lab->ports, struct port, node))) {
		if (pt->ops->flush)
			pt->ops->flush(pt);
		pt->ops->close(pt);
		port_free(pt);
	}
	netns_end(lab);
	outside_close(lab);
}

void ports_close(struct lab *lab)
{
	expose_close_all(lab);
	ports_shut(lab);
	replay_close(lab);
	(void)record_close(lab);
}

/* --- for the shell ------------------------------------------------------------------ */

bool lab_has_ports(const struct lab *lab) { return lab->ports_fd >= 0; }

static void info_fill(const struct port *pt, struct port_info *out)
{
	*out = (struct port_info){
		.node = pt->end->node, .ifname = port_ifname(pt), .word = pt->ops->word,
		.arg = pt->arg, .in_frames = pt->stats.in_frames, .in_bytes = pt->stats.in_bytes,
		.in_dropped = pt->stats.in_dropped, .out_frames = pt->stats.out_frames,
		.out_bytes = pt->stats.out_bytes, .out_dropped = pt->stats.out_dropped,
	};
	if (pt->ops->state)
		pt->ops->state(pt, out->state, sizeof(out->state));
}

size_t lab_ports(const struct lab *lab, struct port_info *out, size_t room)
{
	const struct port *pt;
	size_t n = 0;

	list_for_each(&lab->ports, pt, node) {
		if (n < room)
			info_fill(pt, &out[n]);
		n++;
	}
	return n;
}
