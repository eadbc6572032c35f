/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Events as a pcapng file, draft-ietf-opsawg-pcapng: section header (4.1), interface descriptions (4.2), enhanced packets
 * (4.3), interface statistics (4.6). In host byte order, as the format allows. Called by "monitor".
 */
#include <inttypes.h>
#include <linux/bpf.h>
#include <linux/pkt_cls.h>
#include <string.h>

#include "cmd/event.h"

#define BLOCK_SECTION	 0x0a0d0d0au
#define BLOCK_INTERFACE	 1u
#define BLOCK_STATISTICS 5u
#define BLOCK_PACKET	 6u

#define BYTE_ORDER_MAGIC  0x1a2b3c4du
#define LINKTYPE_ETHERNET 1

#define OPT_END		  0
#define OPT_COMMENT	  1
#define SHB_USERAPPL	  4
#define IF_NAME		  2
#define IF_TSRESOL	  9
#define EPB_FLAGS	  2
#define EPB_VERDICT	  7
#define ISB_IFRECV	  4
#define ISB_OSDROP	  7
#define TSRESOL_NS	  9 /* 10^-9 s */
#define EPB_INBOUND	  1
#define EPB_OUTBOUND	  2
#define VERDICT_EBPF_TC	  1
#define VERDICT_EBPF_XDP  2
#define OPTION_LENGTH_MAX 0xffffu

/* A block while it is put together; its length stands in front and behind. */
struct block {
	uint32_t type;
	NC_VEC(uint8_t) bytes;
	bool failed;
};

static void put(struct block *block, const void *bytes, size_t n)
{
	const uint8_t *p = bytes;

	for (size_t i = 0; i < n && !block->failed; i++)
		block->failed = nc_vec_push(&block->bytes, p[i]) < 0;
}

static void put16(struct block *block, uint16_t value)
{
	put(block, &value, sizeof(value));
}

static void put32(struct block *block, uint32_t value)
{
	put(block, &value, sizeof(value));
}

/* Times are two words, the higher first, in either byte order. */
static void put_time(struct block *block, uint64_t ns)
{
	put32(block, ns >> 32);
	put32(block, ns);
}

static void pad(struct block *block)
{
	while (block->bytes.n % 4 && !block->failed)
		put(block, "", 1);
}

static void put_option(struct block *block, uint16_t code, const void *value, size_t length)
{
	if (length > OPTION_LENGTH_MAX)
		length = OPTION_LENGTH_MAX;
	put16(block, code);
	put16(block, length);
	put(block, value, length);
	pad(block);
}

static void put_option64(struct block *block, uint16_t code, uint64_t value)
{
	put_option(block, code, &value, sizeof(value));
}

/* Close the options, write the block, release it. 0 or -ENOMEM: nothing was written. */
static int write_block(struct nc_pcapng *file, struct block *block)
{
	uint32_t length;
	bool failed;

	put16(block, OPT_END);
	put16(block, 0);
	failed = block->failed;
	length = block->bytes.n + 12;
	if (!failed) {
		fwrite(&block->type, sizeof(block->type), 1, file->out);
		fwrite(&length, sizeof(length), 1, file->out);
		fwrite(block->bytes.v, 1, block->bytes.n, file->out);
		fwrite(&length, sizeof(length), 1, file->out);
	}
	nc_vec_free(&block->bytes);
	return failed ? -ENOMEM : 0;
}

void nc_pcapng_begin(struct nc_pcapng *file, FILE *out)
{
	static const char application[] = "netctl " NETCTL_VERSION;
	struct block block = {.type = BLOCK_SECTION};

	*file = (struct nc_pcapng){.out = out};
	put32(&block, BYTE_ORDER_MAGIC);
	put16(&block, 1); /* version 1.0 */
	put16(&block, 0);
	put32(&block, UINT32_MAX); /* the section's length is not known */
	put32(&block, UINT32_MAX);
	put_option(&block, SHB_USERAPPL, application, strlen(application));
	write_block(file, &block);
}

static int add_interface(struct nc_pcapng *file, const struct nc_event_view *view)
{
	struct nc_pcapng_interface interface = {.ifindex = view->event->ifindex};
	struct block block = {.type = BLOCK_INTERFACE};
	const uint8_t resolution = TSRESOL_NS;

	memcpy(interface.name, view->device, sizeof(interface.name));
	if (!*interface.name)
		snprintf(interface.name, sizeof(interface.name), "#%u", interface.ifindex);
	put16(&block, LINKTYPE_ETHERNET);
	put16(&block, 0);
	put32(&block, NC_SNAPLEN_MAX);
	put_option(&block, IF_NAME, interface.name, strlen(interface.name));
	put_option(&block, IF_TSRESOL, &resolution, sizeof(resolution));
	if (write_block(file, &block) < 0)
		return -ENOMEM;
	return nc_vec_push(&file->interfaces, interface);
}

/* The interface's number in the file; it is described there when it is first seen, and again under a new name. */
static int find_interface(struct nc_pcapng *file, const struct nc_event_view *view)
{
	int r;

	for (size_t i = 0; i < file->interfaces.n; i++) {
		const struct nc_pcapng_interface *interface = &file->interfaces.v[i];

		if (interface->ifindex == view->event->ifindex &&
		    (!*view->device || strcmp(interface->name, view->device) == 0))
			return i;
	}
	r = add_interface(file, view);
	return r < 0 ? r : (int)file->interfaces.n - 1;
}

/* The hook's return value, as the kernel got it. Nothing for a rule that goes on. */
static void put_verdict(struct block *block, const struct nc_event *event)
{
	static const struct {
		int xdp, tc;
	} codes[_NC_VERDICT_MAX] = {
		[NC_VERDICT_ACCEPT] = {XDP_PASS, TC_ACT_OK},
		[NC_VERDICT_DROP] = {XDP_DROP, TC_ACT_SHOT},
		[NC_VERDICT_REDIRECT] = {XDP_REDIRECT, TC_ACT_REDIRECT},
	};
	bool egress = event->hook == NC_HOOK_EGRESS;
	uint8_t value[9] = {egress ? VERDICT_EBPF_TC : VERDICT_EBPF_XDP};
	uint64_t code;

	if (event->verdict >= _NC_VERDICT_MAX)
		return;
	code = egress ? codes[event->verdict].tc : codes[event->verdict].xdp;
	memcpy(value + 1, &code, sizeof(code));
	put_option(block, EPB_VERDICT, value, sizeof(value));
}

static int put_comment(struct block *block, const struct nc_event_view *view)
{
	const struct nc_event *event = view->event;
	_cleanup_free_ char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (!out)
		return -ENOMEM;
	fprintf(out, "%s%s", event->prefix, *event->prefix ? " " : "");
	if (view->rule)
		fprintf(out, "[netdev %s %s handle %" PRIu64 ": %s]", view->rule->table,
			view->rule->chain, (uint64_t)event->rule_handle, view->rule->text);
	else
		fprintf(out, "[rule handle %" PRIu64 " is gone]", (uint64_t)event->rule_handle);
	if (fclose(out) == EOF)
		return -ENOMEM;
	put_option(block, OPT_COMMENT, text, length);
	return 0;
}

int nc_pcapng_event(struct nc_pcapng *file, const struct nc_event_view *view)
{
	const struct nc_event *event = view->event;
	uint32_t flags = event->hook == NC_HOOK_EGRESS ? EPB_OUTBOUND : EPB_INBOUND;
	struct block block = {.type = BLOCK_PACKET};
	int interface = find_interface(file, view);

	if (interface < 0)
		return interface;
	put32(&block, interface);
	put_time(&block, view->realtime_ns);
	put32(&block, event->captured);
	put32(&block, event->length);
	put(&block, view->frame, event->captured);
	pad(&block);
	if (put_comment(&block, view) < 0)
		block.failed = true;
	put_option(&block, EPB_FLAGS, &flags, sizeof(flags));
	put_verdict(&block, event);
	file->interfaces.v[interface].packets++;
	return write_block(file, &block);
}

void nc_pcapng_end(struct nc_pcapng *file, uint64_t realtime_ns, uint64_t lost)
{
	for (size_t i = 0; i < file->interfaces.n; i++) {
		struct block block = {.type = BLOCK_STATISTICS};

		put32(&block, i);
		put_time(&block, realtime_ns);
		put_option64(&block, ISB_IFRECV, file->interfaces.v[i].packets);
		put_option64(&block, ISB_OSDROP, i ? 0 : lost);
		write_block(file, &block);
	}
	nc_vec_free(&file->interfaces);
}
