// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Python's: or and not, comparisons (chained, in, not in, is), | ^ & << >> + -
 * * / // % **, numbers, strings, tuples, lists and dicts with [], names,
 * NAME if E else NAME, and the functions of function().
 */
#include "sim/pktdrill/expr.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "sim/pktdrill/lex.h"
#include "stack/util/cc.h"
#include "stack/util/err.h"

#define DEPTH_MAX 60
#define ITEMS_MAX 64
#define WORK_MAX (1 << 24)
#define VALUE_WORK 32

static const struct pd_val none, formatted = { .kind = PD_V_TEXT };

static struct pd_val num(double n) { return (struct pd_val){ .kind = PD_V_NUM, .n = n }; }

struct pd_val pd_code_lacks(struct pd_code *c, const char *what)
{
	if (!c->bad)
		pd_lacks(c->r, "Python: %s", what);
	c->bad = true;
	return none;
}

static struct pd_val lacks(struct pd_code *c, const char *what) { return pd_code_lacks(c, what); }

void pd_code_works(struct pd_code *c, size_t bytes)
{
	c->work += bytes;
	if (c->work > WORK_MAX)
		lacks(c, "so much work");
}

/* A value that nobody asks for may be what we do not know. */
static struct pd_val no_value(struct pd_code *c, const char *what)
{
	return c->dry ? none : lacks(c, what);
}

/* Towards zero; 0 for what no integer of ours holds. */
static int64_t whole_of(const struct pd_val *v)
{
	return v->n > -9e15 && v->n < 9e15 ? (int64_t)v->n : 0;
}

/* --- words ----------------------------------------------------------------------------- */

void pd_code_blanks(struct pd_code *c)
{
	const char *from = c->p;

	for (;;) {
		if (*c->p == ' ' || *c->p == '\t' || *c->p == '\r' || (*c->p == '\n' && c->depth))
			c->p++;
		else if (c->p[0] == '\\' && c->p[1] == '\n')
			c->p += 2;
		else if (*c->p == '#')
			c->p += strcspn(c->p, "\n");
		else
			break;
	}
	pd_code_works(c, (size_t)(c->p - from));
}

bool pd_code_take(struct pd_code *c, const char *s)
{
	size_t n = strlen(s);

	pd_code_blanks(c);
	if (strncmp(c->p, s, n) != 0)
		return false;
	if (isalpha((unsigned char)s[0]) && (isalnum((unsigned char)c->p[n]) || c->p[n] == '_'))
		return false;
	c->p += n;
	return true;
}

bool pd_code_name(struct pd_code *c, char name[PD_NAME_MAX])
{
	size_t n = 0;

	pd_code_blanks(c);
	if (!isalpha((unsigned char)*c->p) && *c->p != '_')
		return false;
	while (isalnum((unsigned char)c->p[n]) || c->p[n] == '_')
		n++;
	if (n >= PD_NAME_MAX)
		return false;
	memcpy(name, c->p, n);
	name[n] = '\0';
	c->p += n;
	return true;
}

/* --- names ------------------------------------------------------------------------------ */

static struct pd_var *var_find(struct pd_run *r, const char *name)
{
	struct pd_var *v = r->vars;

	while (v && strcmp(v->name, name) != 0)
		v = v->next;
	return v;
}

static const char *keep(struct pd_code *c, const char *s, size_t n)
{
	char *copy = pd_alloc(c->r->script, n + 1);

	pd_code_works(c, n);
	if (copy)
		memcpy(copy, s, n);
	else
		lacks(c, "memory");
	return copy ? copy : "";
}

void pd_name_set(struct pd_code *c, const char *name, struct pd_val v)
{
	struct pd_var *at = c->r->vars;

	while (at != c->scope && strcmp(at->name, name) != 0)
		at = at->next;
	if (at == c->scope) {
		at = pd_alloc(c->r->script, sizeof(*at) + sizeof(v));
		if (!at) {
			lacks(c, "memory");
			return;
		}
		at->name = keep(c, name, strlen(name));
		at->v = (struct pd_val *)(at + 1);
		at->next = c->r->vars;
		c->r->vars = at;
	}
	*at->v = v;
}

/* What SO_MEMINFO tells, as far as there is such a thing here. */
static bool meminfo(struct pd_code *c, const char *name, struct pd_val *v)
{
	bool rcv = strcmp(name, "SK_MEMINFO_RCVBUF") == 0;
	int size;

	if (!c->sk || (!rcv && strcmp(name, "SK_MEMINFO_SNDBUF") != 0) ||
	    sk_getopt(c->sk, rcv ? SKO_RCVBUF : SKO_SNDBUF, &size) != OK)
		return false;
	*v = num(size);
	return true;
}

bool pd_name_find(struct pd_code *c, const char *name, struct pd_val *v)
{
	const struct pd_var *var = var_find(c->r, name);
	int64_t n;

	if (var)
		*v = *var->v;
	else if (strcmp(name, "True") == 0 || strcmp(name, "False") == 0)
		*v = num(name[0] == 'T');
	else if (strcmp(name, "None") == 0)
		*v = none;
	else if (strncmp(name, "tcpi_", 5) == 0 && c->has_info &&
		 sk_tcp_info_find(&c->info, name + 5, &n))
		*v = num((double)n);
	else if (pd_constant(name, &n))
		*v = num((double)n);
	else
		return meminfo(c, name, v);
	return true;
}

/* --- brackets ----------------------------------------------------------------------------- */

static struct pd_val sequence(struct pd_code *c, const struct pd_val *items, size_t n)
{
	struct pd_val *at = pd_alloc(c->r->script, (n + 1) * sizeof(*at));

	pd_code_works(c, n * sizeof(*at));
	if (!at)
		return lacks(c, "memory");
	if (n)
		memcpy(at, items, n * sizeof(*at));
	return (struct pd_val){ .kind = PD_V_SEQ, .items = at, .n_items = n };
}

/* Behind the nth item; comma: there was one. */
static bool item_ends(struct pd_code *c, const char *close, size_t n, bool *comma)
{
	if (close[0] == '}' && n % 2)
		return pd_code_take(c, ":");
	if (pd_code_take(c, ","))
		return *comma = true;
	pd_code_blanks(c);
	return *c->p == close[0];
}

/* Items up to `close`; comma: there was one.  Of a dict each is a key and a value. */
static struct pd_val items(struct pd_code *c, const char *close, bool *comma)
{
	struct pd_val got[ITEMS_MAX], seq = { .kind = PD_V_SEQ };

	*comma = false;
	c->depth++;
	while (!c->bad && !pd_code_take(c, close)) {
		if (seq.n_items == ITEMS_MAX) {
			lacks(c, "so many items");
			break;
		}
		got[seq.n_items++] = pd_expression(c);
		if (!item_ends(c, close, seq.n_items, comma))
			lacks(c, "an expression that is not understood");
	}
	c->depth--;
	return sequence(c, got, seq.n_items);
}

static struct pd_val extreme(struct pd_code *c, const struct pd_val *v, size_t n, bool least)
{
	struct pd_val best = v[0];

	for (size_t i = 0; i < n; i++)
		if (v[i].kind != PD_V_NUM)
			return lacks(c, "min() of what is no number");
		else if (least == (v[i].n < best.n))
			best = v[i];
	return best;
}

/* range(), sum(), all(), any() */
static struct pd_val of_items(struct pd_code *c, const char *name, const struct pd_val *v, size_t n)
{
	struct pd_val got[ITEMS_MAX];
	int64_t from = n > 1 ? whole_of(&v[0]) : 0, to = n ? whole_of(&v[n > 1]) : 0;
	int64_t step = n > 2 ? whole_of(&v[2]) : 1;
	size_t k = 0, true_ones = 0;
	double all = 0;

	if (strcmp(name, "range") == 0) {
		for (; step && (step > 0 ? from < to : from > to) && k < ITEMS_MAX; from += step)
			got[k++] = num((double)from);
		return step && (step > 0 ? from >= to : from <= to) && n <= 3 ?
		       sequence(c, got, k) : lacks(c, "this range()");
	}
	if (n != 1 || v->kind != PD_V_SEQ || v->n == 1)
		return lacks(c, name);
	for (size_t i = 0; i < v->n_items; i++) {
		all += v->items[i].kind == PD_V_NUM ? v->items[i].n : NAN;
		true_ones += pd_truth(&v->items[i]);
	}
	if (strcmp(name, "sum") == 0)
		return isnan(all) ? lacks(c, "sum() of what is no number") : num(all);
	return num(strcmp(name, "any") == 0 ? true_ones > 0 : true_ones == v->n_items);
}

static bool is_of_items(const char *name)
{
	static const char *const names[] = { "range", "sum", "all", "any" };

	for (size_t i = 0; i < N_ELEM(names); i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

static struct pd_val function(struct pd_code *c, const char *name)
{
	bool comma;
	const struct pd_var *var = var_find(c->r, name);
	struct pd_val args = items(c, ")", &comma), *v = args.items;
	size_t n = args.n_items;

	if (c->bad || c->dry || (!var && strcmp(name, "print") == 0))
		return none;
	if (var)
		return var->v->kind == PD_V_CODE ? pd_code_call(c, var->v, v, n) : lacks(c, name);
	if (is_of_items(name))
		return of_items(c, name, v, n);
	if (n == 1 && strcmp(name, "len") == 0 && (v->kind == PD_V_STR || v->kind == PD_V_SEQ))
		return num(v->kind == PD_V_STR ? (double)strlen(v->s) :
			   (double)v->n_items / (v->n == 1 ? 2 : 1));
	if (n == 1 && strcmp(name, "str") == 0)
		return v->kind == PD_V_STR ? *v : formatted;
	if ((strcmp(name, "min") == 0 || strcmp(name, "max") == 0) && n) {
		if (v->kind == PD_V_SEQ && v->n != 1) {
			n = v->n_items;
			v = v->items;
		}
		return n ? extreme(c, v, n, name[1] == 'i') : lacks(c, "min() of nothing");
	}
	if (n != 1 || v->kind != PD_V_NUM)
		return lacks(c, name);
	if (strcmp(name, "abs") == 0)
		return num(fabs(v->n));
	if (strcmp(name, "int") == 0)
		return num((double)whole_of(v));
	if (strcmp(name, "round") == 0)
		return num(nearbyint(v->n));
	if (strcmp(name, "float") == 0)
		return *v;
	if (strcmp(name, "bool") == 0)
		return num(v->n != 0);
	return lacks(c, name);
}

/* What `i` names in v; of a dict the value behind the key. */
static struct pd_val item_of(struct pd_code *c, const struct pd_val *v, const struct pd_val *i)
{
	int64_t at = whole_of(i);

	if (v->kind == PD_V_SEQ && v->n == 1)
		for (size_t k = 0; k + 1 < v->n_items; k += 2)
			if (v->items[k].kind == i->kind &&
			    (i->kind == PD_V_STR ? strcmp(v->items[k].s, i->s) == 0 :
						   v->items[k].n == i->n))
				return v->items[k + 1];
	if (v->kind != PD_V_SEQ || v->n == 1 || i->kind != PD_V_NUM)
		return no_value(c, "what is in []");
	if (at < 0)
		at += (int64_t)v->n_items;
	return at >= 0 && at < (int64_t)v->n_items ? v->items[at] :
		no_value(c, "what is in []");
}

/* In quotes, or in three of them, when it may have several lines. */
static struct pd_val string(struct pd_code *c)
{
	char quote = *c->p;
	size_t ends = c->p[1] == quote && c->p[2] == quote ? 3 : 1, n;
	const char *from = c->p += ends;

	while (*c->p && (ends == 3 ? c->p[0] != quote || c->p[1] != quote || c->p[2] != quote :
				     *c->p != quote && *c->p != '\n'))
		c->p += c->p[0] == '\\' && c->p[1] ? 2 : 1;
	n = (size_t)(c->p - from);
	if (*c->p != quote)
		return lacks(c, "a string without an end");
	c->p += ends;
	if (memchr(from, '\\', n))
		return formatted;                 /* what \n and its like are */
	return (struct pd_val){ .kind = PD_V_STR, .s = keep(c, from, n) };
}

/* f"{x}" and its like. */
static bool is_format(const char *p)
{
	return (*p == 'f' || *p == 'F') && (p[1] == '"' || p[1] == '\'');
}

static struct pd_val name_or_call(struct pd_code *c)
{
	char name[PD_NAME_MAX];
	struct pd_val v;

	if (!pd_code_name(c, name))
		return lacks(c, "an expression that is not understood");
	if (pd_code_take(c, "("))
		return function(c, name);
	return pd_name_find(c, name, &v) ? v : no_value(c, name);
}

static struct pd_val atom(struct pd_code *c)
{
	struct pd_val v;
	char *end;
	bool comma;

	pd_code_blanks(c);
	if (is_format(c->p)) {
		c->p++;
		(void)string(c);
		return formatted;
	}
	if (*c->p == '"' || *c->p == '\'') {
		v = string(c);
		while (!c->bad && (pd_code_blanks(c), *c->p == '"' || *c->p == '\'')) {
			(void)string(c);          /* "a" "b" */
			v = formatted;
		}
		return v;
	}
	if (pd_code_take(c, "(")) {
		v = items(c, ")", &comma);
		return v.n_items == 1 && !comma ? v.items[0] : v;
	}
	if (pd_code_take(c, "["))
		return items(c, "]", &comma);
	if (pd_code_take(c, "{")) {
		v = items(c, "}", &comma);
		v.n = 1;                          /* a dict */
		return v;
	}
	if (!isdigit((unsigned char)*c->p) && *c->p != '.')
		return name_or_call(c);
	v = num(strtod(c->p, &end));
	c->p = end > c->p ? end : c->p + 1;
	return v;
}

/* The variable whose name is what stands at `at`, before ".append(".  Here its list is a
 * value, there an object: no other may have the same. */
static struct pd_var *list_at(struct pd_code *c, const char *at, const struct pd_val *v)
{
	struct pd_code from = { .r = c->r, .p = at };
	char name[PD_NAME_MAX];
	struct pd_var *var = pd_code_name(&from, name) ? var_find(c->r, name) : NULL;

	if (!pd_code_take(&from, "."))
		return NULL;
	for (struct pd_var *other = c->r->vars; other; other = other->next)
		if (other != var && other->v->kind == PD_V_SEQ && other->v->items == v->items)
			return NULL;
	return var;
}

/* "...".format(), and LIST.append() of the name that stands at `at`. */
static struct pd_val method(struct pd_code *c, const char *at, const struct pd_val *v)
{
	char name[PD_NAME_MAX];
	struct pd_var *var;
	struct pd_val args, more;
	bool comma;

	if (!pd_code_name(c, name) || !pd_code_take(c, "("))
		return lacks(c, "an attribute");
	args = items(c, ")", &comma);
	if ((v->kind == PD_V_STR || v->kind == PD_V_TEXT) && strcmp(name, "format") == 0)
		return formatted;
	if (c->dry && strcmp(name, "append") == 0)
		return none;
	if (c->bad || strcmp(name, "append") != 0 || v->kind != PD_V_SEQ || args.n_items != 1)
		return lacks(c, name);
	var = list_at(c, at, v);
	more = sequence(c, v->items, v->n_items);         /* which has room for one more */
	if (c->bad || !var)
		return lacks(c, name);
	more.items[more.n_items++] = args.items[0];
	*var->v = more;
	return none;
}

static struct pd_val primary(struct pd_code *c)
{
	const char *at = (pd_code_blanks(c), c->p);
	struct pd_val v = atom(c);
	bool comma;

	while (!c->bad) {
		if (pd_code_take(c, "[")) {
			struct pd_val i = items(c, "]", &comma);

			v = i.n_items == 1 ? item_of(c, &v, &i.items[0]) : lacks(c, "what is in []");
		} else if (pd_code_take(c, ".")) {
			v = method(c, at, &v);
		} else {
			break;
		}
	}
	return v;
}

/* --- operators ------------------------------------------------------------------------- */

/* Both are numbers? */
static bool numbers(struct pd_code *c, const struct pd_val *a, const struct pd_val *b)
{
	if (c->dry || (a->kind == PD_V_NUM && b->kind == PD_V_NUM))
		return true;
	lacks(c, "this operator of what is no number");
	return false;
}

static struct pd_val unary(struct pd_code *c)
{
	struct pd_val v, more;

	if (c->nest > DEPTH_MAX)
		return lacks(c, "an expression of this depth");
	c->nest++;
	pd_code_works(c, VALUE_WORK);
	if (pd_code_take(c, "-") || pd_code_take(c, "+") || pd_code_take(c, "~")) {
		char op = c->p[-1];

		v = unary(c);
		if (v.kind == PD_V_NUM && op != '+')
			v.n = op == '-' ? -v.n : (double)~whole_of(&v);
	} else {
		v = primary(c);
		if (pd_code_take(c, "**")) {
			more = unary(c);
			v = numbers(c, &v, &more) ? num(pow(v.n, more.n)) : none;
		}
	}
	c->nest--;
	return v;
}

static struct pd_val divide(struct pd_code *c, double a, double b, char op)
{
	double q = b == 0 ? 0 : floor(a / b);

	if (b == 0)
		return no_value(c, "a division by zero");
	return num(op == '%' ? a - q * b : op == 'f' ? q : a / b);
}

static struct pd_val product(struct pd_code *c)
{
	struct pd_val v = unary(c), b;

	while (!c->bad) {
		char op = pd_code_take(c, "*") ? '*' : pd_code_take(c, "//") ? 'f' :
			  pd_code_take(c, "/") ? '/' : pd_code_take(c, "%") ? '%' : 0;

		if (!op)
			return v;
		b = unary(c);
		if (op == '%' && (v.kind == PD_V_STR || v.kind == PD_V_TEXT)) {
			v = formatted;
			continue;
		}
		if (c->bad || !numbers(c, &v, &b))
			return none;
		v = op == '*' ? num(v.n * b.n) : divide(c, v.n, b.n, op);
	}
	return none;
}

static struct pd_val sum(struct pd_code *c)
{
	struct pd_val v = product(c), b;

	while (!c->bad) {
		char op = pd_code_take(c, "+") ? '+' : pd_code_take(c, "-") ? '-' : 0;

		if (!op)
			return v;
		b = product(c);
		if (op == '+' && (v.kind == PD_V_STR || v.kind == PD_V_TEXT) &&
		    (b.kind == PD_V_STR || b.kind == PD_V_TEXT)) {
			v = formatted;
			continue;
		}
		if (c->bad || !numbers(c, &v, &b))
			return none;
		v = num(op == '+' ? v.n + b.n : v.n - b.n);
	}
	return none;
}

static double shifted(int64_t a, int64_t by, bool left)
{
	if (by < 0 || by > 52)
		return 0;
	return left ? ldexp((double)a, (int)by) : floor(ldexp((double)a, -(int)by));
}

static struct pd_val shift(struct pd_code *c)
{
	struct pd_val v = sum(c), b;

	while (!c->bad) {
		bool left = pd_code_take(c, "<<");

		if (!left && !pd_code_take(c, ">>"))
			return v;
		b = sum(c);
		if (c->bad || !numbers(c, &v, &b))
			return none;
		v = num(shifted(whole_of(&v), whole_of(&b), left));
	}
	return none;
}

/* & before ^ before |. */
static struct pd_val bits(struct pd_code *c, int level)
{
	static const char *const ops[] = { "|", "^", "&" };
	struct pd_val v = level == 2 ? shift(c) : bits(c, level + 1), b;
	int64_t x, y;

	while (!c->bad && pd_code_take(c, ops[level])) {
		b = level == 2 ? shift(c) : bits(c, level + 1);
		if (c->bad || !numbers(c, &v, &b))
			return none;
		x = whole_of(&v);
		y = whole_of(&b);
		v = num((double)(level == 2 ? x & y : level == 1 ? x ^ y : x | y));
	}
	return v;
}

/* --- truth ------------------------------------------------------------------------------- */

bool pd_truth(const struct pd_val *v)
{
	switch (v->kind) {
	case PD_V_NUM: return v->n != 0;
	case PD_V_STR: return *v->s;
	case PD_V_SEQ: return v->n_items > 0;
	case PD_V_TEXT: case PD_V_CODE: return true;
	default:       return false;
	}
}

static bool equal(struct pd_code *c, const struct pd_val *a, const struct pd_val *b)
{
	pd_code_works(c, VALUE_WORK);
	if (c->bad || a->kind != b->kind)
		return false;
	if (a->kind == PD_V_STR)
		return strcmp(a->s, b->s) == 0;
	if (a->kind == PD_V_NUM)
		return a->n == b->n;
	if (a->n_items != b->n_items)
		return false;
	for (size_t i = 0; i < a->n_items; i++)
		if (!equal(c, &a->items[i], &b->items[i]))
			return false;
	return true;
}

enum compare { C_EQ, C_NE, C_LE, C_GE, C_LT, C_GT, C_NOT_IN, C_IN, C_IS_NOT, C_IS, C_NONE };

/* What has an order, and what may hold something. */
static bool comparable(enum compare op, const struct pd_val *a, const struct pd_val *b)
{
	if (op == C_IN || op == C_NOT_IN)
		return b->kind == PD_V_SEQ || (a->kind == PD_V_STR && b->kind == PD_V_STR);
	if (op <= C_NE || op >= C_NOT_IN)
		return true;
	return a->kind == b->kind && (a->kind == PD_V_NUM || a->kind == PD_V_STR);
}

static bool holds(struct pd_code *c, const struct pd_val *seq, const struct pd_val *v)
{
	if (seq->kind == PD_V_STR)
		return v->kind == PD_V_STR && strstr(seq->s, v->s);
	for (size_t i = 0; seq->kind == PD_V_SEQ && i < seq->n_items; i += seq->n == 1 ? 2 : 1)
		if (equal(c, &seq->items[i], v))
			return true;
	return false;
}

static enum compare take_compare(struct pd_code *c)
{
	static const char *const ops[] = { "==", "!=", "<=", ">=", "<", ">" };

	for (int i = C_EQ; i <= C_GT; i++)
		if (pd_code_take(c, ops[i]))
			return (enum compare)i;
	if (pd_code_take(c, "not"))
		return pd_code_take(c, "in") ? C_NOT_IN : C_NONE;
	if (pd_code_take(c, "in"))
		return C_IN;
	if (pd_code_take(c, "is"))
		return pd_code_take(c, "not") ? C_IS_NOT : C_IS;
	return C_NONE;
}

static bool compares(struct pd_code *c, enum compare op, const struct pd_val *a,
		     const struct pd_val *b)
{
	double d = a->kind == PD_V_STR && b->kind == PD_V_STR ? strcmp(a->s, b->s) : a->n - b->n;

	switch (op) {
	case C_EQ: case C_IS:     return equal(c, a, b);
	case C_NE: case C_IS_NOT: return !equal(c, a, b);
	case C_LE:                return d <= 0;
	case C_GE:                return d >= 0;
	case C_LT:                return d < 0;
	case C_GT:                return d > 0;
	case C_IN:                return holds(c, b, a);
	default:                  return !holds(c, b, a);
	}
}

static struct pd_val comparison(struct pd_code *c)
{
	struct pd_val a = bits(c, 0), b;
	bool all = true, any = false;
	enum compare op;

	while (!c->bad && (op = take_compare(c)) != C_NONE) {
		b = bits(c, 0);
		if (!c->dry && (a.kind == PD_V_TEXT || b.kind == PD_V_TEXT))
			return lacks(c, "a comparison of formatted text");
		if (!c->dry && !comparable(op, &a, &b))
			return lacks(c, "a comparison of such values");
		all &= compares(c, op, &a, &b);
		any = true;
		a = b;
	}
	return any ? num(all) : a;
}

static struct pd_val negation(struct pd_code *c)
{
	struct pd_val v;

	if (c->nest > DEPTH_MAX)
		return lacks(c, "an expression of this depth");
	if (!pd_code_take(c, "not"))
		return comparison(c);
	c->nest++;
	v = negation(c);
	c->nest--;
	return num(!pd_truth(&v));
}

static struct pd_val conjunction(struct pd_code *c)
{
	struct pd_val v = negation(c), b;

	while (!c->bad && pd_code_take(c, "and")) {
		bool known = !pd_truth(&v);

		c->dry += known;
		b = negation(c);
		c->dry -= known;
		v = known ? v : b;
	}
	return v;
}

static struct pd_val disjunction(struct pd_code *c)
{
	struct pd_val v = conjunction(c), b;

	while (!c->bad && pd_code_take(c, "or")) {
		bool known = pd_truth(&v);

		c->dry += known;
		b = conjunction(c);
		c->dry -= known;
		v = known ? v : b;
	}
	return v;
}

struct pd_val pd_expression(struct pd_code *c)
{
	struct pd_val v, when, other;
	bool known;

	if (c->nest > DEPTH_MAX)
		return lacks(c, "an expression of this depth");
	c->nest++;
	v = disjunction(c);
	if (!c->bad && pd_code_take(c, "if")) {
		when = disjunction(c);
		if (!pd_code_take(c, "else"))
			lacks(c, "an if without else");
		known = pd_truth(&when);
		c->dry += known;
		other = pd_expression(c);
		c->dry -= known;
		v = known ? v : other;
	}
	c->nest--;
	return v;
}
