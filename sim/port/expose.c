// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/port/expose.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "sim/lab.h"
#include "sim/port/expose_frame.h"
#include "sim/port/expose_tcp.h"
#include "sim/port/port.h"
#include "sim/port/record.h"
#include "sim/port/replay.h"
#include "stack/socket.h"

#define CLIENTS_MAX 256
#define WAITING_MAX 1024                  /* datagrams read that have not entered yet */
#define SILENCE SEC(60)
#define RCVBUF (1 << 20)

struct expose {
	struct list_node node;            /* in the lab's */
	struct lab *lab;
	int id;
	struct node *on;
	uint16_t node_port, port;
	ip4_t addr;
	char name[100];                   /* "h1:7/udp", in records */
	int record_if;
	struct port_event event;          /* the real socket; fd -1 in a replay */
	struct list in;                   /* struct arrival, until the timer fires */
	unsigned n_in;
	struct node_timer due, silent;    /* silent: of the client that spoke longest ago */
	struct list clients;              /* who spoke longest ago first */
	unsigned n_clients;
	uint64_t n_came, n_went, dropped, refused;
	uint8_t room[EXPOSE_HLEN + EXPOSE_DATA_MAX];
};

/* A datagram that has been read and has not entered yet. */
struct arrival {
	struct list_node node;
	ip4_t from;
	uint16_t port;
	size_t n;
	uint8_t data[];
};

/* A program on the real machine, and the socket that speaks for it. */
struct client {
	struct list_node node;
	struct expose *ex;
	ip4_t addr;
	uint16_t port;
	ns_t spoke_at;                    /* the last datagram, either way */
	struct sock *sk;
	struct sk_watch watch;
};

/* --- clients ------------------------------------------------------------------------ */

static void client_free(struct client *c)
{
	c->ex->n_clients--;
	list_remove(&c->node);
	sk_unwatch(&c->watch);
	sk_close(c->sk);
	free(c);
}

static void client_spoke(struct client *c)
{
	struct expose *ex = c->ex;

	c->spoke_at = lab_now(ex->lab);
	list_remove(&c->node);
	list_push_back(&ex->clients, &c->node);
	if (!list_linked(&ex->silent.node))
		node_timer_set(&ex->silent, c->spoke_at + SILENCE);
}

static void silent_due(struct node_timer *t)
{
	struct expose *ex = container_of(t, struct expose, silent);
	struct client *c;

	while ((c = list_first(&ex->clients, struct client, node)) &&
	       c->spoke_at + SILENCE <= lab_now(ex->lab))
		client_free(c);
	if (c)
		node_timer_set(t, c->spoke_at + SILENCE);
}

static void answer(struct client *c, size_t n)
{
	struct expose *ex = c->ex;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(c->port),
				  .sin_addr.s_addr = htonl(c->addr) };

	if (ex->event.fd >= 0 && sendto(ex->event.fd, ex->room, n, MSG_DONTWAIT | MSG_NOSIGNAL,
					(const struct sockaddr *)&to, sizeof(to)) < 0)
		ex->dropped++;
	else
		ex->n_went++;
}

/* The lab answers, or says by ICMP that nobody will. */
static void client_ready(struct sk_watch *w, uint32_t events)
{
	struct client *c = container_of(w, struct client, watch);
	ssize_t n;

	(void)events;
	while ((n = sk_recv(c->sk, c->ex->room, sizeof(c->ex->room), NULL)) != ERR_AGAIN) {
		if (n >= 0) {
			client_spoke(c);
			answer(c, (size_t)n);
		} else {
			c->ex->refused++;
		}
	}
}

static bool client_connect(struct client *c)
{
	const struct expose *ex = c->ex;
	struct endpoint to = { .port = ex->node_port };
	struct stack *st = node_stack(ex->on);

	if (!st || !node_addr(ex->on, &to.addr) ||
	    sk_open(st, ADDR_IP4, SK_DGRAM, 0, &c->sk) != OK)
		return false;
	if (sk_connect(c->sk, &to) != OK) {
		sk_close(c->sk);
		return false;
	}
	c->watch.ready = client_ready;
	sk_watch(c->sk, &c->watch);
	return true;
}

static struct client *client_new(struct expose *ex, ip4_t addr, uint16_t port)
{
	struct client *c = calloc(1, sizeof(*c));

	if (!c)
		return NULL;
	*c = (struct client){ .ex = ex, .addr = addr, .port = port };
	if (!client_connect(c)) {
		free(c);
		return NULL;
	}
	if (ex->n_clients == CLIENTS_MAX)
		client_free(list_first(&ex->clients, struct client, node));
	ex->n_clients++;
	list_push_back(&ex->clients, &c->node);
	return c;
}

static struct client *client_find(struct expose *ex, ip4_t addr, uint16_t port)
{
	struct client *c;

	list_for_each(&ex->clients, c, node)
		if (c->addr == addr && c->port == port)
			return c;
	return client_new(ex, addr, port);
}

/* --- into the lab -------------------------------------------------------------------- */

static void enter(struct expose *ex, ip4_t from, uint16_t port, const uint8_t *data, size_t n)
{
	struct client *c = client_find(ex, from, port);
	ssize_t sent = ERR_AGAIN;

	if (c) {
		client_spoke(c);
		sent = sk_send(c->sk, data, n, NULL);
	}
	if (c && sent == ERR_REFUSED) {           /* of an earlier one: this one did not go */
		ex->refused++;
		sent = sk_send(c->sk, data, n, NULL);
	}
	if (sent < 0)
		ex->dropped++;
	else
		ex->n_came++;
}

static void record(struct expose *ex, const struct arrival *a)
{
	struct expose_dgram d = { a->from, ex->addr, a->port, ex->port, a->data, a->n };

	if (ex->lab->record)
		record_bytes(ex->lab, &ex->record_if, ex->name, ex->room,
			     expose_frame_emit(&d, ex->room));
}

static void expose_due(struct node_timer *t)
{
	struct expose *ex = container_of(t, struct expose, due);
	struct arrival *a;

	while ((a = list_first(&ex->in, struct arrival, node))) {
		list_remove(&a->node);
		ex->n_in--;
		record(ex, a);
		enter(ex, a->from, a->port, a->data, a->n);
		free(a);
	}
}

/* One more datagram is read; false: there is none, or no room. */
static bool arrival_read(struct expose *ex)
{
	struct sockaddr_in from = { .sin_family = AF_INET };
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(ex->event.fd, ex->room, sizeof(ex->room), MSG_DONTWAIT,
			     (struct sockaddr *)&from, &len);
	struct arrival *a = n < 0 ? NULL : malloc(sizeof(*a) + (size_t)n);

	if (!a) {
		ex->dropped += n >= 0;
		return false;
	}
	*a = (struct arrival){ .from = ntohl(from.sin_addr.s_addr),
			       .port = ntohs(from.sin_port), .n = (size_t)n };
	if (n)
		memcpy(a->data, ex->room, (size_t)n);
	list_push_back(&ex->in, &a->node);
	ex->n_in++;
	return true;
}

static void expose_ready(struct port_event *ev, ns_t at)
{
	struct expose *ex = container_of(ev, struct expose, event);

	for (int i = 0; i < PORT_BATCH && ex->n_in < WAITING_MAX; i++)
		if (!arrival_read(ex))
			break;
	if (ex->n_in && !list_linked(&ex->due.node))
		node_timer_set(&ex->due, at);
}

bool expose_replay(struct lab *lab, const char *name, const void *frame, size_t n)
{
	struct expose *ex;
	struct expose_dgram d;

	list_for_each(&lab->exposed, ex, node)
		if (strcmp(ex->name, name) == 0)
			break;
	if (&ex->node == &lab->exposed.head || !expose_frame_parse(&d, frame, n))
		return false;
	record_bytes(lab, &ex->record_if, ex->name, frame, n);
	enter(ex, d.src, d.sport, d.data, d.n);
	return true;
}

/* --- beginning and end ---------------------------------------------------------------- */

static void clients_free(struct expose *ex)
{
	struct client *c;

	(void)node_stack(ex->on);         /* tell it the time first */
	while ((c = list_first(&ex->clients, struct client, node)))
		client_free(c);
	node_timer_stop(&ex->silent);
}

static void expose_free(struct expose *ex)
{
	int fd = ex->event.fd;
	struct arrival *a;

	clients_free(ex);
	node_timer_stop(&ex->due);
	while ((a = list_first(&ex->in, struct arrival, node))) {
		list_remove(&a->node);
		free(a);
	}
	port_event_unwatch(ex->lab, &ex->event);
	if (fd >= 0)
		close(fd);
	list_remove(&ex->node);
	free(ex);
}

int expose_bind(int type, ip4_t addr, uint16_t *port, char err[256])
{
	struct sockaddr_in a = { .sin_family = AF_INET, .sin_port = htons(*port),
				 .sin_addr.s_addr = htonl(addr) };
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), on = type == SOCK_STREAM;
	socklen_t len = sizeof(a);
	char text[ADDR_STRLEN];

	if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0 ||
	    bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0) {
		snprintf(err, 256, "%s:%u: %s", ip4_fmt(addr, text), *port, strerror(errno));
		if (fd >= 0)
			close(fd);
		return -1;
	}
	*port = ntohs(a.sin_port);
	return fd;
}

/* The real side, unless the world is a record. */
static bool expose_open(struct expose *ex, char err[256])
{
	int size = RCVBUF;

	if (replay_runs(ex->lab))
		return true;
	ex->event.fd = expose_bind(SOCK_DGRAM, ex->addr, &ex->port, err);
	if (ex->event.fd < 0 || !outside_open(ex->lab, err))
		return false;
	(void)setsockopt(ex->event.fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (port_event_watch(ex->lab, &ex->event))
		return true;
	snprintf(err, 256, "cannot be watched: %s", strerror(errno));
	return false;
}

static bool udp_has(const struct lab *lab, const struct node *n, uint16_t node_port)
{
	const struct expose *ex;

	list_for_each(&lab->exposed, ex, node)
		if (ex->on == n && ex->node_port == node_port)
			return true;
	return false;
}

static bool may_expose(const struct lab *lab, const struct node *n, uint16_t node_port, bool tcp,
		       char err[256])
{
	struct addr a;

	if (!node_has_stack(n)) {
		snprintf(err, 256, "%s is a %s: it has no ports to expose", node_name(n),
			 node_kind(n));
		return false;
	}
	if (!node_addr(n, &a) || a.family != ADDR_IP4) {
		snprintf(err, 256, "%s has no address", node_name(n));
		return false;
	}
	if (!tcp ? !udp_has(lab, n, node_port) : !expose_tcp_has(lab, n, node_port))
		return true;
	snprintf(err, 256, "%s:%u is exposed already", node_name(n), node_port);
	return false;
}

static int expose_udp_new(struct lab *lab, struct node *n, uint16_t node_port, ip4_t a,
			  uint16_t port, int id, char err[256])
{
	struct expose *ex;

	ex = calloc(1, sizeof(*ex));
	if (!ex) {
		snprintf(err, 256, "out of memory");
		return ERR_INVAL;
	}
	*ex = (struct expose){ .lab = lab, .id = id, .on = n, .node_port = node_port, .port = port,
			       .addr = a, .record_if = -1,
			       .event = { .fd = -1, .ready = expose_ready } };
	snprintf(ex->name, sizeof(ex->name), "%s:%u/udp", node_name(n), node_port);
	list_init(&ex->in);
	list_init(&ex->clients);
	node_timer_init(&ex->due, n, expose_due);
	ex->due.first = true;
	node_timer_init(&ex->silent, n, silent_due);
	list_push_back(&lab->exposed, &ex->node);
	if (expose_open(ex, err))
		return OK;
	expose_free(ex);
	return ERR_INVAL;
}

int lab_expose(struct lab *lab, struct node *n, uint16_t node_port, const char *addr,
	       uint16_t port, bool tcp, char err[256])
{
	int id = lab->last_expose + 1, bad;
	ip4_t a = IP4_LOOPBACK;

	if (addr && !ip4_parse(&a, addr)) {
		snprintf(err, 256, "'%.60s' is not an IPv4 address", addr);
		return ERR_INVAL;
	}
	if (!may_expose(lab, n, node_port, tcp, err))
		return ERR_INVAL;
	bad = (tcp ? expose_tcp_new : expose_udp_new)(lab, n, node_port, a, port, id, err);
	if (bad)
		return bad;
	lab->last_expose = id;
	return id;
}

int lab_expose_stop(struct lab *lab, int id)
{
	struct expose *ex, *next;
	int err = expose_tcp_stop(lab, id) || !id ? OK : ERR_NOENT;

	list_for_each_safe(&lab->exposed, ex, next, node)
		if (!id || ex->id == id) {
			expose_free(ex);
			err = OK;
		}
	return err;
}

size_t lab_exposed(const struct lab *lab, struct expose_info *out, size_t room)
{
	const struct expose *ex;
	size_t n = 0;

	list_for_each(&lab->exposed, ex, node) {
		if (n < room)
			out[n] = (struct expose_info){
				.id = ex->id, .node = ex->on, .node_port = ex->node_port,
				.port = ex->port, .addr = addr_ip4(ex->addr),
				.clients = ex->n_clients, .in = ex->n_came, .out = ex->n_went,
				.dropped = ex->dropped, .refused = ex->refused,
			};
		n++;
	}
	return expose_tcp_list(lab, out, room, n);
}

void expose_record_begins(struct lab *lab)
{
	struct expose *ex;

	list_for_each(&lab->exposed, ex, node)
		ex->record_if = -1;
}

void expose_node_stopped(struct node *n)
{
	struct expose *ex;

	list_for_each(&n->lab->exposed, ex, node)
		if (ex->on == n)
			clients_free(ex);
	expose_tcp_node_stopped(n);
}

void expose_close_all(struct lab *lab)
{
	(void)lab_expose_stop(lab, 0);
}
