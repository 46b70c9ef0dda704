// SPDX-License-Identifier: GPL-3.0-or-later
#include "sim/topo/picture.h"

#include <stdlib.h>
#include <string.h>

#include "sim/topo/place.h"
#include "stack/util/cc.h"

/*
 * place.c says which row and columns of a grid a node has.  Here the columns
 * and rows get the room that their boxes and the texts between them need, and
 * all is drawn on a canvas of characters.
 *
 * A link across takes three lines: names, the line itself with the network,
 * addresses.  So does one down, beside its line.
 */

#define LANE 3                            /* lines that a link across takes */
#define COL_MIN 5
#define GAP_MIN 3
#define COLS_MAX 12
#define FITS 5                            /* widths of the grid that are tried */
#define HEIGHT_MAX 400                    /* lines of text */

static const char down_mark[] = " DOWN";

struct drawing {
	const struct picture *p;
	struct place_node node[PLACE_NODES_MAX];
	struct place_edge edge[PLACE_EDGES_MAX];
	size_t n_edges, n_cols, n_rows;
	int col_x[PLACE_NODES_MAX * 2], col_w[PLACE_NODES_MAX * 2], col_gap[PLACE_NODES_MAX * 2];
	int row_y[PLACE_NODES_MAX * 2], row_h[PLACE_NODES_MAX * 2], row_gap[PLACE_NODES_MAX * 2];
	int width, height;
	char *canvas;                     /* width x height */
};

/* ---- the graph ---- */

static bool of_edge(const struct place_edge *e, const struct pic_link *l)
{
	return (e->a == l->node[0] && e->b == l->node[1]) ||
	       (e->a == l->node[1] && e->b == l->node[0]);
}

/* Links between the same two nodes are one edge. */
static bool find_edges(struct drawing *d)
{
	for (size_t i = 0; i < d->p->n_links; i++) {
		const struct pic_link *l = &d->p->links[i];
		size_t k = 0;

		while (k < d->n_edges && !of_edge(&d->edge[k], l))
			k++;
		if (k == PLACE_EDGES_MAX || l->node[0] == l->node[1])
			return false;
		if (k == d->n_edges)
			d->edge[d->n_edges++] = (struct place_edge){ .a = l->node[0],
								     .b = l->node[1] };
		d->edge[k].width++;
	}
	return true;
}

static bool place(struct drawing *d, int max_cols)
{
	d->n_cols = d->n_rows = 0;
	for (size_t i = 0; i < d->p->n_nodes; i++)
		d->node[i] = (struct place_node){ .hub = d->p->nodes[i].look == PIC_HUB };
	if (!place_graph(d->node, d->p->n_nodes, d->edge, d->n_edges, max_cols))
		return false;
	for (size_t i = 0; i < d->p->n_nodes; i++) {
		const struct place_node *n = &d->node[i];

		if ((size_t)(n->col + n->span) > d->n_cols)
			d->n_cols = (size_t)(n->col + n->span);
		if ((size_t)n->row + 1 > d->n_rows)
			d->n_rows = (size_t)n->row + 1;
	}
	return d->n_rows <= N_ELEM(d->row_y) && d->n_cols <= N_ELEM(d->col_x);
}

/* ---- room ---- */

static int len(const char *s)
{
	return (int)strlen(s);
}

static int max(int a, int b)
{
	return a > b ? a : b;
}

static void text_size(const char *text, int *width, int *lines)
{
	*width = 0, *lines = 0;
	for (;;) {
		int n = (int)strcspn(text, "\n");

		*width = max(*width, n);
		++*lines;
		if (!text[n])
			return;
		text += n + 1;
	}
}

static int net_width(const struct pic_link *l)
{
	return len(l->net) + (l->down ? len(down_mark) : 0);
}

/* Of a link across, without the boxes. */
static int across_width(const struct pic_link *l)
{
	int names = len(l->name[0]) + len(l->name[1]) + 3;
	int addrs = len(l->addr[0]) + len(l->addr[1]) + 3;

	return max(max(names, addrs), net_width(l) + 2);
}

static int end_width(const struct pic_link *l, int i)
{
	return len(l->name[i]) + (l->addr[i][0] ? 1 + len(l->addr[i]) : 0);
}

static int down_width(const struct pic_link *l)
{
	return max(max(end_width(l, 0), end_width(l, 1)), net_width(l));
}

/* From the left side of a column to the right side of another one. */
static int cols_width(const struct drawing *d, int from, int to)
{
	int w = 0;

	for (int c = from; c <= to; c++)
		w += d->col_w[c] + (c < to ? d->col_gap[c] : 0);
	return w;
}

static int node_right(const struct place_node *n)
{
	return n->col + n->span - 1;
}

/* Room between the boxes of an edge across. */
static int gap_width(const struct drawing *d, int left, int right)
{
	return cols_width(d, left, right) - d->col_w[left] - d->col_w[right];
}

static void edge_room(struct drawing *d, const struct place_edge *e)
{
	const struct place_node *a = &d->node[e->a], *b = &d->node[e->b];
	int left = a->col < b->col ? node_right(a) : node_right(b);
	int right = a->col < b->col ? b->col : a->col;

	for (size_t i = 0; i < d->p->n_links; i++) {
		const struct pic_link *l = &d->p->links[i];
		int more;

		if (!of_edge(e, l))
			continue;
		if (e->across) {
			more = across_width(l) - gap_width(d, left, right);
			d->col_gap[left] += max(more, 0);
		} else {
			more = down_width(l) + 3 - (d->col_w[e->col] + 1) / 2 - d->col_gap[e->col];
			d->col_gap[e->col] += max(more, 0);
		}
	}
}

static void find_columns(struct drawing *d)
{
	int width, lines;

	for (size_t c = 0; c < d->n_cols; c++)
		d->col_w[c] = COL_MIN, d->col_gap[c] = GAP_MIN;
	for (size_t i = 0; i < d->p->n_nodes; i++) {
		const struct place_node *n = &d->node[i];

		text_size(d->p->nodes[i].text, &width, &lines);
		if (n->span == 1)
			d->col_w[n->col] = max(d->col_w[n->col], width + 4);
	}
	d->col_gap[d->n_cols - 1] = 0;
	for (size_t i = 0; i < d->n_edges; i++)
		edge_room(d, &d->edge[i]);
	for (size_t i = 0; i < d->p->n_nodes; i++) {
		const struct place_node *n = &d->node[i];

		text_size(d->p->nodes[i].text, &width, &lines);
		width += 4 - cols_width(d, n->col, node_right(n));
		if (n->span > 1 && width > 0)
			d->col_gap[n->col] += width;
	}
	for (size_t c = 0; c < d->n_cols; c++) {
		d->col_x[c] = d->width;
		d->width += d->col_w[c] + d->col_gap[c];
	}
}

static void find_rows(struct drawing *d)
{
	int width, lines;

	for (size_t r = 0; r < d->n_rows; r++)
		d->row_h[r] = LANE, d->row_gap[r] = r + 1 < d->n_rows;
	for (size_t i = 0; i < d->p->n_nodes; i++) {
		text_size(d->p->nodes[i].text, &width, &lines);
		d->row_h[d->node[i].row] = max(d->row_h[d->node[i].row], lines + 2);
	}
	for (size_t i = 0; i < d->n_edges; i++) {
		const struct place_edge *e = &d->edge[i];
		int top = d->node[e->a].row, bottom = d->node[e->b].row;

		if (e->across)
			d->row_h[top] = max(d->row_h[top], LANE * (int)e->width);
		for (int r = top < bottom ? top : bottom; r < max(top, bottom); r++)
			d->row_gap[r] = LANE;
	}
	for (size_t r = 0; r < d->n_rows; r++) {
		d->row_y[r] = d->height;
		d->height += d->row_h[r] + d->row_gap[r];
	}
}

/* ---- drawing ---- */

static void dot(struct drawing *d, int x, int y, char c)
{
	assert(x >= 0 && x < d->width && y >= 0 && y < d->height);
	d->canvas[y * d->width + x] = c;
}

static void text(struct drawing *d, int x, int y, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		dot(d, x + (int)i, y, s[i]);
}

static void words(struct drawing *d, int x, int y, const char *s)
{
	text(d, x, y, s, strlen(s));
}

static void box_text(struct drawing *d, const char *s, int x, int y, int w)
{
	for (;;) {
		size_t n = strcspn(s, "\n");

		text(d, x + (w - (int)n) / 2, y++, s, n);
		if (!s[n])
			return;
		s += n + 1;
	}
}

static const struct look { const char *name; char up, low, side; } looks[PIC_N] = {
	[PIC_ROUTER] = { "router", '+', '+', '-' }, [PIC_HOST] = { "host", '.', '\'', '-' },
	[PIC_HUB] = { "hub", '+', '+', '=' }, [PIC_OUTSIDE] = { "outside", '#', '#', '~' },
};

static void box(struct drawing *d, size_t i)
{
	const struct place_node *n = &d->node[i];
	const struct look *look = &looks[d->p->nodes[i].look];
	int x = d->col_x[n->col], y = d->row_y[n->row], h = d->row_h[n->row];
	int w = cols_width(d, n->col, node_right(n));

	for (int k = 0; k < w; k++) {
		bool corner = k == 0 || k == w - 1;

		dot(d, x + k, y, corner ? look->up : look->side);
		dot(d, x + k, y + h - 1, corner ? look->low : look->side);
	}
	for (int k = 1; k < h - 1; k++) {
		dot(d, x, y + k, '|');
		dot(d, x + w - 1, y + k, '|');
	}
	box_text(d, d->p->nodes[i].text, x, y + 1, w);
}

/* One link of an edge across; lane counts them from the top. */
static void across(struct drawing *d, const struct place_edge *e, const struct pic_link *l,
		   int lane)
{
	const struct place_node *a = &d->node[l->node[0]], *b = &d->node[l->node[1]];
	int left = a->col < b->col ? 0 : 1;               /* the end of the link */
	const struct place_node *ln = left == 0 ? a : b, *rn = left == 0 ? b : a;
	int x0 = d->col_x[node_right(ln)] + d->col_w[node_right(ln)], x1 = d->col_x[rn->col];
	int y = d->row_y[d->node[e->a].row] + 1 + LANE * lane;

	for (int x = x0; x < x1; x++)
		dot(d, x, y, l->down ? '.' : '-');
	words(d, x0 + (x1 - x0 - net_width(l)) / 2, y, l->net);
	if (l->down)
		words(d, x0 + (x1 - x0 - net_width(l)) / 2 + len(l->net), y, down_mark);
	words(d, x0 + 1, y - 1, l->name[left]);
	words(d, x1 - 1 - len(l->name[!left]), y - 1, l->name[!left]);
	words(d, x0 + 1, y + 1, l->addr[left]);
	words(d, x1 - 1 - len(l->addr[!left]), y + 1, l->addr[!left]);
}

static void end_words(struct drawing *d, int x, int y, const struct pic_link *l, int i)
{
	words(d, x, y, l->name[i]);
	words(d, x + len(l->name[i]) + 1, y, l->addr[i]);
}

static void down(struct drawing *d, const struct place_edge *e, const struct pic_link *l)
{
	int top = d->node[l->node[0]].row < d->node[l->node[1]].row ? 0 : 1;
	int upper = d->node[l->node[top]].row, lower = d->node[l->node[!top]].row;
	int x = d->col_x[e->col] + d->col_w[e->col] / 2;
	int y0 = d->row_y[upper] + d->row_h[upper], y1 = d->row_y[lower];

	dot(d, x, y0 - 1, '+');
	dot(d, x, y1, '+');
	for (int y = y0; y < y1; y++)
		dot(d, x, y, l->down ? ':' : '|');
	end_words(d, x + 2, y0, l, top);
	words(d, x + 2, y0 + 1, l->net);
	if (l->down)
		words(d, x + 2 + len(l->net), y0 + 1, down_mark + (l->net[0] ? 0 : 1));
	end_words(d, x + 2, y1 - 1, l, !top);
}

static void draw(struct drawing *d)
{
	memset(d->canvas, ' ', (size_t)d->width * (size_t)d->height);
	for (size_t i = 0; i < d->p->n_nodes; i++)
		box(d, i);
	for (size_t i = 0; i < d->n_edges; i++) {
		int lane = 0;

		for (size_t k = 0; k < d->p->n_links; k++) {
			const struct pic_link *l = &d->p->links[k];

			if (!of_edge(&d->edge[i], l))
				continue;
			if (d->edge[i].across)
				across(d, &d->edge[i], l, lane++);
			else
				down(d, &d->edge[i], l);
		}
	}
}

/* ---- the whole ---- */

/* Without the blanks at the ends of lines. */
static void print(const struct drawing *d, struct buf *out)
{
	for (int y = 0; y < d->height; y++) {
		const char *line = d->canvas + y * d->width;
		int n = d->width;

		while (n > 0 && line[n - 1] == ' ')
			n--;
		buf_add(out, line, (size_t)n);
		buf_putc(out, '\n');
	}
}

/* What the boxes mean, if there are several kinds. */
static void legend(const struct picture *p, struct buf *out)
{
	bool seen[PIC_N] = { false };
	unsigned n = 0;

	for (size_t i = 0; i < p->n_nodes; i++) {
		n += !seen[p->nodes[i].look];
		seen[p->nodes[i].look] = true;
	}
	if (n < 2)
		return;
	buf_str(out, "\nBoxes:");
	for (unsigned i = 0, shown = 0; i < PIC_N; i++)
		if (seen[i])
			buf_printf(out, "%s%c%c%c%c%c %s", shown++ ? "   " : " ", looks[i].up,
				   looks[i].side, looks[i].side, looks[i].side, looks[i].up,
				   looks[i].name);
	buf_putc(out, '\n');
}

/* About how many boxes fit side by side, and one more. */
static int guess_cols(const struct picture *p, int max_width)
{
	int sum = 0, width, lines;

	for (size_t i = 0; i < p->n_nodes; i++) {
		text_size(p->nodes[i].text, &width, &lines);
		sum += width + 4;
	}
	for (size_t i = 0; i < p->n_links; i++)
		sum += across_width(&p->links[i]) * (int)p->n_nodes / (int)p->n_links;
	return max_width * (int)p->n_nodes / max(sum, 1) + 1;
}

/* The widest grid whose picture is narrow enough. */
static bool fit(struct drawing *d, int max_width)
{
	int cols = guess_cols(d->p, max_width);

	cols = cols < COLS_MAX ? cols : COLS_MAX;
	for (int i = 0; i < FITS && cols > 0; i++, cols--) {
		d->width = d->height = 0;
		if (!place(d, cols))
			continue;
		find_columns(d);
		if (d->width <= max_width) {
			find_rows(d);
			return d->height <= HEIGHT_MAX;
		}
		if (cols > (int)d->n_cols)
			cols = (int)d->n_cols;            /* more would be no use */
	}
	return false;
}

bool picture_draw(const struct picture *p, int max_width, struct buf *out)
{
	struct drawing *d;
	bool ok;

	if (p->n_nodes == 0 || p->n_nodes > PLACE_NODES_MAX)
		return false;
	d = calloc(1, sizeof(*d));
	if (!d)
		return false;
	d->p = p;
	ok = find_edges(d) && fit(d, max_width);
	if (ok)
		d->canvas = malloc((size_t)d->width * (size_t)d->height);
	ok = ok && d->canvas;
	if (ok) {
		draw(d);
		print(d, out);
		legend(p, out);
	}
	free(d->canvas);
	free(d);
	return ok;
}
