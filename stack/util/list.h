/* SPDX-License-Identifier: MIT */
#ifndef STACK_UTIL_LIST_H
#define STACK_UTIL_LIST_H
/* Intrusive circular doubly linked list; the head is a node of its own. */
#include <stdbool.h>
#include <stddef.h>

#include "stack/util/cc.h"

struct list_node { struct list_node *prev, *next; };
struct list { struct list_node head; };

static inline void list_init(struct list *l)
{
	l->head.prev = l->head.next = &l->head;
}

static inline bool list_empty(const struct list *l)
{
	return l->head.next == &l->head;
}

static inline void list_insert_before(struct list_node *at, struct list_node *n)
{
	n->prev = at->prev;
	n->next = at;
	at->prev->next = n;
	at->prev = n;
}

static inline void list_push_back(struct list *l, struct list_node *n)
{
	list_insert_before(&l->head, n);
}

static inline void list_push_front(struct list *l, struct list_node *n)
{
	list_insert_before(l->head.next, n);
}

static inline void list_remove(struct list_node *n)
{
	n->prev->next = n->next;
	n->next->prev = n->prev;
	n->prev = n->next = NULL;
}

static inline bool list_linked(const struct list_node *n)
{
	return n->next != NULL;
}

/* First element, or NULL. */
#define list_first(l, type, member) \
	(list_empty(l) ? NULL : container_of((l)->head.next, type, member))

#define list_for_each(l, var, member) \
	for (var = container_of((l)->head.next, __typeof__(*var), member); \
	     &var->member != &(l)->head; \
	     var = container_of(var->member.next, __typeof__(*var), member))

/* The body may remove and free var. */
#define list_for_each_safe(l, var, tmp, member) \
	for (var = container_of((l)->head.next, __typeof__(*var), member), \
	     tmp = container_of(var->member.next, __typeof__(*var), member); \
	     &var->member != &(l)->head; \
	     var = tmp, tmp = container_of(tmp->member.next, __typeof__(*var), member))

#endif
