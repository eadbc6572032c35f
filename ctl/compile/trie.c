/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * From intervals to a trie whose leaves say which tables have one there. Called by tuples.c for each dimension.
 *
 * The intervals' ends cut the values into segments, each with its row of tables; neighbours with the same row are one. The trie
 * finds a value's segment in a few steps: nodes are as wide as they have segments, and bits in which the segments below do not
 * differ are passed over where a value that differs there would be given no table too few.
 */
#include "compile/index.h"

#define STRIDE_MAX 16
/* Nodes are so many bits wider than they would need to be for each segment to have an entry; fewer where that takes much memory. */
#define STRIDE_ROOM	  3
#define STRIDE_ROOM_LARGE 1
#define SEGMENTS_LARGE	  (1u << 14)
/* Bits before those that tell segments apart which are looked at all the same: of 8 values that are elsewhere, 7 are noticed. */
#define STRIDE_GUARD	     3
#define TABLES_ASKED_IN_VAIN 1
/* Where more segments are below, bits are not passed over. */
#define PASSED_MAX 64

/* From start to the next one's. */
struct segment {
	nc_num start;
	uint32_t row;
	uint64_t before; /* tables that the rows of those before it name, together */
};

typedef NC_VEC(struct segment) segments;

struct event {
	nc_num at;
	uint32_t table;
	int change; /* +1: an interval begins; -1: one has ended */
};

static unsigned leading_zeros(nc_num number)
{
	if (number >> 64)
		return __builtin_clzll(number >> 64);
	return (uint64_t)number ? 64 + __builtin_clzll(number) : 128;
}

static unsigned trailing_zeros(nc_num number)
{
	if ((uint64_t)number)
		return __builtin_ctzll(number);
	return number >> 64 ? 64 + __builtin_ctzll(number >> 64) : 128;
}

/* --- rows ----------------------------------------------------------------------------------------------------- */

/* Rows of one trie, by their bits. */
struct row_set {
	struct nc_image *image;
	unsigned words;
	uint32_t *slots; /* unit + 1; 0: free */
	size_t n, cap;
};

static size_t hash_row(const __u64 *row, unsigned words, size_t cap)
{
	uint64_t hash = 0;

	for (unsigned i = 0; i < words; i++)
		hash = (hash ^ row[i] ^ hash >> 31) * UINT64_C(0x9e3779b97f4a7c15);
	return (hash ^ hash >> 32) & (cap - 1);
}

static int grow_rows(struct row_set *set)
{
	size_t cap = set->cap ? set->cap * 2 : 64;
	uint32_t *slots = calloc(cap, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < set->cap; i++) {
		size_t at;

		if (!set->slots[i])
			continue;
		at = hash_row(nc_unit_at(set->image, set->slots[i] - 1), set->words, cap);
		while (slots[at])
			at = (at + 1) & (cap - 1);
		slots[at] = set->slots[i];
	}
	free(set->slots);
	set->slots = slots;
	set->cap = cap;
	return 0;
}

static unsigned count_tables(const __u64 *row, unsigned words)
{
	unsigned n = 0;

	for (unsigned word = 0; word < words; word++)
		n += __builtin_popcountll(row[word]);
	return n;
}

static __u64 leaf_entry(uint32_t unit)
{
	return NC_TRIE_ENTRY(unit, 0, 1);
}

static int find_row(struct row_set *set, const __u64 *row, uint32_t *ret)
{
	size_t at, bytes = set->words * sizeof(*row);
	int r = 0;

	if (set->n * 2 >= set->cap)
		r = grow_rows(set);
	if (r < 0)
		return r;
	at = hash_row(row, set->words, set->cap);
	for (; set->slots[at]; at = (at + 1) & (set->cap - 1)) {
		*ret = set->slots[at] - 1;
		if (memcmp(nc_unit_at(set->image, *ret), row, bytes) == 0)
			return 0;
	}
	r = nc_units_push(set->image, NC_TRIE_LEAF_UNITS + set->words, ret);
	if (r < 0)
		return r;
	/* A leaf, and its row. */
	for (unsigned i = 0; i < NC_TRIE_LEAF_UNITS; i++)
		*(__u64 *)nc_unit_at(set->image, *ret + i) = leaf_entry(*ret);
	*ret += NC_TRIE_LEAF_UNITS;
	memcpy(nc_unit_at(set->image, *ret), row, bytes);
	set->slots[at] = *ret + 1;
	set->n++;
	return 0;
}

/* --- segments ---------------------------------------------------------------------------------------------------- */

/* Tables with an interval over the point that the sweep has come to. */
struct sweep {
	uint32_t active[NC_TABLES_MAX];
	__u64 row[NC_ROW_WORDS];
};

static void change(struct sweep *sweep, uint32_t table, int by)
{
	sweep->active[table] += by;
	if (sweep->active[table])
		sweep->row[table / 64] |= UINT64_C(1) << table % 64;
	else
		sweep->row[table / 64] &= ~(UINT64_C(1) << table % 64);
}

static int push_segment(struct row_set *rows, const struct sweep *sweep, nc_num start,
			segments *ret)
{
	struct segment segment = {.start = start};
	int r = find_row(rows, sweep->row, &segment.row);

	if (r < 0)
		return r;
	if (ret->n) {
		const struct segment *last = &ret->v[ret->n - 1];

		if (last->row == segment.row)
			return 0;
		segment.before = last->before +
				 count_tables(nc_unit_at(rows->image, last->row), rows->words);
	}
	return nc_vec_push(ret, segment);
}

static int sweep_events(struct row_set *rows, struct sweep *sweep, const struct event *events,
			size_t n, segments *ret)
{
	int r = !n || events->at ? push_segment(rows, sweep, 0, ret) : 0;

	for (size_t i = 0; i < n && !r;) {
		nc_num at = events[i].at;

		for (; i < n && events[i].at == at; i++)
			change(sweep, events[i].table, events[i].change);
		r = push_segment(rows, sweep, at, ret);
	}
	return r;
}

/* Digits of eleven bits: three of them hold all in which IPv4 addresses differ. */
#define DIGIT_BITS 11
#define DIGITS	   (1u << DIGIT_BITS)

static unsigned digit_of(const struct event *event, unsigned shift)
{
	return (unsigned)(event->at >> shift) & (DIGITS - 1);
}

/* From one array to the other, by one digit; what is equal in it keeps its order. */
static void sort_digit(const struct event *from, struct event *to, size_t n, unsigned shift)
{
	uint32_t places[DIGITS] = {}, place = 0;

	for (size_t i = 0; i < n; i++)
		places[digit_of(&from[i], shift)]++;
	for (unsigned digit = 0; digit < DIGITS; digit++) {
		uint32_t count = places[digit];

		places[digit] = place;
		place += count;
	}
	for (size_t i = 0; i < n; i++)
		to[places[digit_of(&from[i], shift)]++] = from[i];
}

/* By where they are: digit by digit from the right, but for those in which none differs. The one of two arrays that is sorted. */
static const struct event *sort_events(struct event *events, struct event *room, size_t n)
{
	nc_num differ = 0;

	for (size_t i = 1; i < n; i++)
		differ |= events[i].at ^ events[0].at;
	for (unsigned shift = differ ? trailing_zeros(differ) : 128; shift < 128;
	     shift += DIGIT_BITS) {
		struct event *from = events;

		if (!((differ >> shift) & (DIGITS - 1)))
			continue;
		sort_digit(from, room, n, shift);
		events = room;
		room = from;
	}
	return events;
}

static int make_segments(struct row_set *rows, const nc_reaches *reaches, segments *ret)
{
	_cleanup_free_ struct sweep *sweep = calloc(1, sizeof(*sweep));
	_cleanup_free_ struct event *events = calloc(reaches->n * 4 + 1, sizeof(*events));
	size_t n = 0;

	if (!sweep || !events)
		return -ENOMEM;
	nc_vec_foreach (reach, reaches) {
		struct nc_interval in = reach->interval;

		if (in.low)
			events[n++] = (struct event){in.low, reach->table, 1};
		else
			change(sweep, reach->table, 1);
		if (in.high != ~(nc_num)0)
			events[n++] = (struct event){in.high + 1, reach->table, -1};
	}
	return sweep_events(rows, sweep, sort_events(events, events + n, n), n, ret);
}

/* --- the trie ------------------------------------------------------------------------------------------------------ */

struct builder {
	struct nc_image *image;
	const struct segment *segments;
	struct row_set *rows;
	unsigned bits, words, levels, room;
	unsigned depth; /* levels that there are */
};

/* The values that have the first pos bits of low: segments first … last hold them. */
struct part {
	nc_num low;
	unsigned pos;
	unsigned depth; /* nodes above it */
	size_t first, last;
};

static const __u64 *row_of(const struct builder *builder, size_t segment)
{
	return nc_unit_at(builder->image, builder->segments[segment].row);
}

/* Does every row within have all tables of the one before or behind? */
static bool may_pass(const struct builder *builder, const struct part *part)
{
	const __u64 *first = row_of(builder, part->first), *last = row_of(builder, part->last);

	for (size_t i = part->first; i <= part->last; i++) {
		const __u64 *row = row_of(builder, i);

		for (unsigned word = 0; word < builder->words; word++) {
			if ((first[word] | last[word]) & ~row[word])
				return false;
		}
	}
	return true;
}

/* What a row of all tables may name at most, once for each segment within, if it is to do for them all. */
static uint64_t most_asked(const struct builder *builder, const struct part *part)
{
	const struct segment *first = &builder->segments[part->first];
	const struct segment *last = &builder->segments[part->last];
	uint64_t named = last->before - first->before +
			 count_tables(row_of(builder, part->last), builder->words);

	return named + TABLES_ASKED_IN_VAIN * (part->last - part->first + 1);
}

/*
 * Would a row of all tables within (ret) name few more than the rows do? Then that is what is found: a table that is asked in
 * vain costs less than more nodes for every packet. If not, ret is not complete, unless that is needed.
 */
static bool are_alike(const struct builder *builder, const struct part *part, bool needed,
		      __u64 ret[NC_ROW_WORDS])
{
	size_t n = part->last - part->first + 1;
	uint64_t most = most_asked(builder, part);
	bool alike = true;

	memset(ret, 0, NC_ROW_WORDS * sizeof(*ret));
	for (size_t i = part->first; i <= part->last && (alike || needed); i++) {
		const __u64 *row = row_of(builder, i);
		__u64 more = 0;

		for (unsigned word = 0; word < builder->words; word++) {
			more |= row[word] & ~ret[word];
			ret[word] |= row[word];
		}
		if (more)
			alike = count_tables(ret, builder->words) * n <= most;
	}
	return alike;
}

/* Where the bits begin in which the ends within the part differ. */
static unsigned diverge(const struct builder *builder, const struct part *part)
{
	nc_num low = builder->segments[part->first + 1].start - 1;
	nc_num high = builder->segments[part->last].start;

	return leading_zeros(low ^ high);
}

static unsigned log2_up(size_t n)
{
	return n > 1 ? 64 - __builtin_clzll(n - 1) : 0;
}

/* Which bits a part's node looks at. */
static void choose_bits(const struct builder *builder, const struct part *part, unsigned *ret_pos,
			unsigned *ret_stride)
{
	size_t n = part->last - part->first + 1;
	unsigned pos = part->pos, stride = log2_up(n) + builder->room;
	bool few = n <= PASSED_MAX;
	unsigned apart = diverge(builder, part), end;

	/* Looking for what may be passed over is worth it where little is below. */
	if (few && apart > pos + STRIDE_GUARD && may_pass(builder, part)) {
		pos = apart - STRIDE_GUARD;
		stride += STRIDE_GUARD;
	} else if (apart > pos) {
		stride = apart - pos + 1 > stride ? apart - pos + 1 : stride;
	}
	/* Ports and protocol have few levels. */
	if (builder->bits <= 16)
		stride = 8;
	if (stride > STRIDE_MAX)
		stride = STRIDE_MAX;
	/* Not across the middle, nor behind the end. */
	end = pos < 64 && builder->bits > 64 ? 64 : builder->bits;
	if (pos + stride > end)
		stride = end - pos;
	*ret_pos = pos;
	*ret_stride = stride;
}

static int build_part(struct builder *builder, const struct part *part, __u64 *ret);

/* A part's node: its first entry, and which bits choose among them. */
struct node {
	uint32_t first;
	unsigned pos, stride;
	nc_num low; /* the least value that comes to its first entry */
};

/* The values that come to entry i; cursor: a segment from which on they are to be found. */
static struct part child_of(const struct builder *builder, const struct part *part,
			    const struct node *node, unsigned i, size_t *cursor)
{
	struct part child = {.pos = node->pos + node->stride, .depth = part->depth + 1};
	nc_num high;

	child.low = node->low | (nc_num)i << (128 - child.pos);
	high = child.low | (child.pos < 128 ? ~(nc_num)0 >> child.pos : 0);
	while (*cursor < part->last && builder->segments[*cursor + 1].start <= child.low)
		++*cursor;
	child.first = child.last = *cursor;
	while (child.last < part->last && builder->segments[child.last + 1].start <= high)
		child.last++;
	return child;
}

/* How many entries from this child's on lie in its only segment, of at most so many. */
static unsigned count_same(const struct builder *builder, const struct part *part,
			   const struct part *child, unsigned most)
{
	nc_num n;

	if (child->first == part->last)
		return most;
	n = (builder->segments[child->first + 1].start - child->low) >> (128 - child->pos);
	return n < most ? (unsigned)n : most;
}

static int fill_node(struct builder *builder, const struct part *part, const struct node *node)
{
	size_t cursor = part->first;
	unsigned n = 1u << node->stride;
	int r = 0;

	for (unsigned i = 0; i < n && !r;) {
		struct part child = child_of(builder, part, node, i, &cursor);
		unsigned end = i + 1;
		__u64 entry = 0;

		r = build_part(builder, &child, &entry);
		if (child.first == child.last)
			end = i + count_same(builder, part, &child, n - i);
		while (i < end)
			builder->image->index.v[node->first + i++] = entry;
	}
	return r;
}

static int make_leaf(struct builder *builder, const __u64 *row, __u64 *ret)
{
	uint32_t at;
	int r = find_row(builder->rows, row, &at);

	if (r == 0)
		*ret = leaf_entry(at - NC_TRIE_LEAF_UNITS);
	return r;
}

static int build_part(struct builder *builder, const struct part *part, __u64 *ret)
{
	bool lowest = part->depth == builder->levels;
	struct node node = {.low = part->low};
	__u64 all[NC_ROW_WORDS];
	int r;

	if (part->first == part->last) {
		*ret = leaf_entry(builder->segments[part->first].row - NC_TRIE_LEAF_UNITS);
		return 0;
	}
	if (are_alike(builder, part, lowest, all) || lowest)
		return make_leaf(builder, all, ret);
	if (part->depth >= builder->depth)
		builder->depth = part->depth + 1;
	choose_bits(builder, part, &node.pos, &node.stride);
	/* A part that was passed over to is where its ends are. */
	if (node.pos != part->pos)
		node.low = builder->segments[part->last].start >> (128 - node.pos)
									  << (128 - node.pos);
	r = nc_units_push(builder->image, (size_t)1 << node.stride, &node.first);
	if (r == 0)
		r = fill_node(builder, part, &node);
	if (r == 0)
		*ret = NC_TRIE_ENTRY(node.first, node.pos, node.stride);
	return r;
}

int nc_trie_build(struct nc_image *image, const nc_reaches *reaches, enum nc_dim dim,
		  enum nc_family family, unsigned words, __u64 *ret_root)
{
	struct row_set rows = {.image = image, .words = words};
	struct builder builder = {
		.image = image,
		.rows = &rows,
		.bits = nc_dim_bits(dim, family),
		.words = words,
		.levels = nc_trie_levels(dim, family),
	};
	segments all = {};
	int r = make_segments(&rows, reaches, &all);

	if (r == 0) {
		struct part whole = {.last = all.n - 1};

		builder.segments = all.v;
		builder.room = all.n > SEGMENTS_LARGE ? STRIDE_ROOM_LARGE : STRIDE_ROOM;
		r = build_part(&builder, &whole, ret_root);
		*ret_root |= builder.depth * NC_TRIE_LEVEL;
	}
	free(rows.slots);
	nc_vec_free(&all);
	return r;
}
