/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Reading the live generation back: text, rule records, counters, set elements; and changing one element of it in place.
 * Readers hold no lock: what vanishes under them is looked for again.
 */
#include "live.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <time.h>

#include "foresight.h"
#include "map.h"
#include "past.h"
#include "set_map.h"

#define FORESEE_BYTES (32u << 10) /* of text: shorter ones are read before a thread is at work */

#define TRIES 200 /* of 5 ms each, for a writer to finish what it does */

void nc_live_close(struct nc_live *live)
{
	nc_foresight_free(live->foresight);
	nc_vec_foreach (fd, &live->counters)
		close(*fd);
	nc_vec_free(&live->counters);
	for (size_t space = 0; space < _NC_IDS_MAX; space++)
		nc_vec_free(&live->busy[space]);
	free(live->states);
	free(live->text);
	free(live);
}

static int open_pin(const struct nc_live *live, const char *name)
{
	char path[NC_PATH_MAX];
	int fd;

	nc_store_gen_path(live->store, live->header.generation, name, path);
	fd = bpf_obj_get(path);
	return fd < 0 ? -errno : fd;
}

static int max_entries(int fd, __u32 *ret)
{
	struct bpf_map_info info = {};
	__u32 length = sizeof(info);

	if (bpf_obj_get_info_by_fd(fd, &info, &length))
		return -errno;
	*ret = info.max_entries;
	return 0;
}

/* *ret: how many chunks of text there are. */
static int read_header(struct nc_live *live, int fd, __u32 *ret)
{
	struct nc_text_chunk first;
	uint64_t generation = live->header.generation;
	__u32 entries = 0, zero = 0;
	int r = max_entries(fd, &entries);

	if (r < 0)
		return r;
	if (bpf_map_lookup_elem(fd, &zero, &first))
		return -errno;
	memcpy(&live->header, &first, sizeof(live->header));
	if (live->header.generation != generation || !entries ||
	    live->header.length > (uint64_t)(entries - 1) * NC_TEXT_CHUNK)
		return -EBADMSG;
	*ret = (live->header.length + NC_TEXT_CHUNK - 1) / NC_TEXT_CHUNK;
	return 0;
}

static int read_text(struct nc_live *live, bool header_only)
{
	_cleanup_free_ struct nc_text_chunk *chunks = NULL;
	_cleanup_close_ int fd = open_pin(live, "text");
	__u32 n = 0;
	int r;

	if (fd < 0)
		return fd;
	r = read_header(live, fd, &n);
	if (r < 0 || header_only)
		return r;
	chunks = calloc(n + 2, sizeof(*chunks));
	if (!chunks)
		return -ENOMEM;
	r = nc_map_read_array(fd, chunks, sizeof(*chunks), n + 1);
	if (r < 0)
		return r;
	memmove(chunks, chunks + 1, n * sizeof(*chunks));
	live->text = (char *)TAKE_PTR(chunks);
	live->text[live->header.length] = '\0';
	return 0;
}

static int note_busy(struct nc_live *live, const struct nc_state_record *state)
{
	__typeof__(&live->busy[0]) busy = &live->busy[state->space];

	while (busy->n <= state->id / 64) {
		if (nc_vec_push(busy, 0) < 0)
			return -ENOMEM;
	}
	busy->v[state->id / 64] |= UINT64_C(1) << state->id % 64;
	return 0;
}

static int read_states(struct nc_live *live)
{
	_cleanup_close_ int fd = open_pin(live, "states");
	__u32 entries = 0, n = live->header.n_states;
	int r;

	if (fd < 0)
		return fd;
	r = max_entries(fd, &entries);
	if (r < 0)
		return r;
	if (n > entries)
		return -EBADMSG;
	live->states = calloc(n + 1, sizeof(*live->states));
	if (!live->states)
		return -ENOMEM;
	r = nc_map_read_array(fd, live->states, sizeof(*live->states), n);
	for (uint32_t i = 0; i < n && !r; i++) {
		const struct nc_state_record *state = &live->states[i];

		r = state->id < NC_STEPS_MAX && state->space < _NC_IDS_MAX ? note_busy(live, state)
									   : -EBADMSG;
	}
	return r;
}

/* Ids of the generation that can be rolled back to stay its own. One that cannot be read has none to protect. */
static void note_previous(struct nc_live *live)
{
	_cleanup_(nc_live_closep) struct nc_live *previous = calloc(1, sizeof(*previous));

	if (!previous)
		return;
	previous->store = live->store;
	previous->header.generation = nc_past_previous(live->store, live->header.generation);
	if (!previous->header.generation || read_text(previous, true) < 0 ||
	    read_states(previous) < 0)
		return;
	for (uint32_t i = 0; i < previous->header.n_states; i++)
		note_busy(live, &previous->states[i]);
}

static int open_counters(struct nc_live *live)
{
	char name[32];
	int fd;

	for (unsigned i = 0;; i++) {
		snprintf(name, sizeof(name), "counters-%u", i);
		fd = open_pin(live, name);
		if (fd == -ENOENT && i)
			break;
		if (fd < 0)
			return fd;
		if (nc_vec_push(&live->counters, fd) < 0) {
			close(fd);
			return -ENOMEM;
		}
	}
	return max_entries(live->counters.v[0], &live->counters_capacity);
}

/* The generation of the published program, if it holds still for us. */
static int read_generation(const struct nc_store *store, struct nc_live **ret)
{
	_cleanup_(nc_live_closep) struct nc_live *live = calloc(1, sizeof(*live));
	int r;

	if (!live)
		return -ENOMEM;
	live->store = store;
	live->prog_id = nc_store_published(store, NC_HOOK_INGRESS);
	if (!live->prog_id)
		return -ENODATA;
	live->header.generation = nc_store_find_generation(store, live->prog_id);
	if (!live->header.generation)
		return -ENOENT;
	r = read_text(live, false);
	if (r == 0)
		r = read_states(live);
	if (r == 0)
		r = open_counters(live);
	if (r == 0 && store->access == NC_STORE_WRITE)
		note_previous(live);
	if (r == 0)
		*ret = TAKE_PTR(live);
	return r;
}

int nc_live_open(struct nc_store *store, struct nc_live **ret, struct nc_diag *diag)
{
	const struct timespec pause = {.tv_nsec = 5 * 1000 * 1000};
	int r = -ENOENT;

	for (int tries = 0; tries < TRIES && r == -ENOENT; tries++) {
		if (tries)
			nanosleep(&pause, NULL);
		r = read_generation(store, ret);
		if (r == -ENOENT && store->access == NC_STORE_WRITE)
			break;
	}
	if (r == 0)
		return 0;
	if (r == -ENODATA)
		return -ENOENT;
	if (r == -ENOENT || r == -EBADMSG) {
		nc_diag_error(
			diag, NULL,
			"the ruleset at work cannot be read back: pins below %s are missing or "
			"damaged; it stays in force until: netctl flush ruleset",
			store->dir);
		return -EBADMSG;
	}
	return nc_diag_privilege(diag, r, "cannot read the ruleset at work");
}

uint64_t nc_live_generation(const struct nc_live *live)
{
	return live->header.generation;
}

void nc_live_foresee(struct nc_live *live)
{
	if (live->header.length >= FORESEE_BYTES && !live->foresight)
		live->foresight = nc_foresight_begin(live->prog_id);
}

const char *nc_live_text(const struct nc_live *live, size_t *ret_length)
{
	*ret_length = live->header.length;
	return live->text;
}

const struct nc_state_record *nc_live_states(const struct nc_live *live, size_t *ret_n)
{
	*ret_n = live->header.n_states;
	return live->states;
}

struct nc_busy nc_live_busy(const struct nc_live *live, enum nc_id_space space)
{
	return (struct nc_busy){.words = live->busy[space].v, .n_bits = live->busy[space].n * 64};
}

int nc_live_word(const struct nc_live *live, uint32_t id, uint64_t *ret)
{
	struct nc_word word;

	if (bpf_map_lookup_elem(live->store->words, &id, &word))
		return -errno;
	*ret = word.value;
	return 0;
}

int nc_live_word_write(const struct nc_live *live, uint32_t id, uint64_t value)
{
	const struct nc_word word = {.value = value};

	return bpf_map_update_elem(live->store->words, &id, &word, BPF_ANY) ? -errno : 0;
}

/* An older map in the succession may be too small for the id: it never counted it. */
int nc_live_counter(const struct nc_live *live, uint32_t counter_id, struct nc_counter *ret)
{
	struct nc_counter sum = {};
	int r;

	nc_vec_foreach (fd, &live->counters) {
		r = nc_counter_read(*fd, counter_id, &sum);
		if (r < 0 && !(r == -ENOENT && fd != live->counters.v))
			return r;
	}
	*ret = sum;
	return 0;
}

/* --- sets ------------------------------------------------------------------------------------------- */

int nc_live_set_fd(const struct nc_live *live, uint32_t live_index)
{
	char name[32];

	snprintf(name, sizeof(name), "set-%u", live_index);
	return open_pin(live, name);
}

int nc_live_gc_fd(const struct nc_live *live, uint32_t live_index)
{
	char name[32];

	snprintf(name, sizeof(name), "gc-%u", live_index);
	return open_pin(live, name);
}

/* The set's map, of the class that it should have; or a message. */
static int open_set(const struct nc_live *live, uint32_t live_index, enum nc_set_class class,
		    struct nc_diag *diag)
{
	_cleanup_close_ int fd = nc_live_set_fd(live, live_index);

	if (fd < 0)
		return nc_diag_privilege(diag, fd, "cannot open the map of a set");
	if (nc_set_map_check(fd, class) < 0) {
		nc_diag_error(diag, NULL, "set-%u below %s is not the map of that set", live_index,
			      live->store->dir);
		return -EBADMSG;
	}
	return TAKE_FD(fd);
}

/*
 * Elements whose time has run out. Of a trie no timer collects them, for BPF cannot walk one; but only commands add to it, and each
 * reads it before.
 */
static void delete_keys(int fd, enum nc_set_class class, const struct nc_set_keys *over)
{
	for (size_t i = 0; i < over->n; i++)
		bpf_map_delete_elem(fd, over->keys + i * nc_class_key_size(class));
}

int nc_live_set_keys(const struct nc_live *live, uint32_t live_index, enum nc_set_class class,
		     struct nc_set_keys *ret, struct nc_diag *diag)
{
	_cleanup_close_ int fd = open_set(live, live_index, class, diag);
	struct nc_set_keys keys = {}, over = {};
	int r;

	if (fd < 0)
		return fd;
	r = nc_set_map_read(fd, class, &keys, &over);
	if (r == 0 && live->store->access == NC_STORE_WRITE && nc_class_is_lpm(class))
		delete_keys(fd, class, &over);
	nc_set_keys_free(&over);
	if (r < 0) {
		nc_set_keys_free(&keys);
		return nc_diag_errno(diag, NULL, r, "cannot read the elements of a set");
	}
	*ret = keys;
	return 0;
}

int nc_live_element_add(const struct nc_live *live, uint32_t live_index, enum nc_set_class class,
			const void *key, const void *value, bool create, struct nc_diag *diag)
{
	_cleanup_close_ int fd = open_set(live, live_index, class, diag);
	int r;

	if (fd < 0)
		return fd;
	r = nc_set_map_update(fd, class, key, value, BPF_NOEXIST);
	/* One whose time has run out is only not gone yet. */
	if (r == -EEXIST && nc_set_map_is_over(fd, class, key))
		r = nc_set_map_update(fd, class, key, value, BPF_ANY);
	if (r == -EEXIST)
		return create ? r : 0;
	if (r == -E2BIG || r == -ENOSPC)
		return r;
	return r < 0 ? nc_diag_errno(diag, NULL, r, "cannot add the element") : 0;
}

int nc_live_element_delete(const struct nc_live *live, uint32_t live_index, enum nc_set_class class,
			   const void *key, struct nc_diag *diag)
{
	_cleanup_close_ int fd = open_set(live, live_index, class, diag);
	int r;

	if (fd < 0)
		return fd;
	r = nc_set_map_delete(fd, class, key);
	if (r < 0 && r != -ENOENT)
		return nc_diag_errno(diag, NULL, r, "cannot delete the element");
	return r;
}

int nc_live_counter_reset(const struct nc_live *live, uint32_t counter_id)
{
	const struct nc_counter none = {};
	int r = 0;

	nc_vec_foreach (fd, &live->counters) {
		r = nc_percpu_write(*fd, counter_id, NULL, sizeof(none));
		/* An older map may be too small to have the id. */
		if (r < 0 && !((r == -E2BIG || r == -ENOENT) && fd != live->counters.v))
			return r;
	}
	return 0;
}

int nc_live_element_write(const struct nc_live *live, uint32_t live_index, enum nc_set_class class,
			  const void *key, const void *value, struct nc_diag *diag)
{
	_cleanup_close_ int fd = open_set(live, live_index, class, diag);
	int r;

	if (fd < 0)
		return fd;
	r = nc_set_map_update(fd, class, key, value, BPF_EXIST);
	return r < 0 && r != -ENOENT ? nc_diag_errno(diag, NULL, r, "cannot change the element")
				     : 0;
}
