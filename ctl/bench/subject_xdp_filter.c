/* SPDX-License-Identifier: GPL-2.0-only */
/* xdp-filter of xdp-tools: lists of single addresses or ports, each of one field. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "kern/foreign.h"
#include "space.h"
#include "spawn.h"
#include "subject.h"

#define PINS "/sys/fs/bpf/xdp-filter/"

static bool check(char *reason, size_t size)
{
	snprintf(reason, size, "xdp-filter is not installed");
	return nc_spawn_has("xdp-filter");
}

static bool is_any(const struct nc_bench_ports *ports)
{
	return ports->low == 0 && ports->high == 65535;
}

/* Nothing but one destination port of UDP, to be dropped. */
static bool is_port(const struct nc_bench_rules *rules)
{
	const struct nc_bench_rule *rule = rules->list.v;

	return rules->list.n == 1 && rules->all_drop && !rule->saddr.length &&
	       !rule->daddr.length && rule->protocol == IPPROTO_UDP && is_any(&rule->sport) &&
	       rule->dport.low == rule->dport.high;
}

static bool can(const struct nc_bench_rules *rules)
{
	return rules->list.n ? is_port(rules) : rules->set.n;
}

/* The other addresses of the set, as the kernel's keys. */
static int fill(const struct nc_bench_rules *rules, struct nc_diag *diag)
{
	const size_t size = rules->ip6 ? 16 : 4;
	_cleanup_free_ uint8_t *keys = calloc(rules->set.n + 1, size);
	int r;

	if (!keys)
		return -ENOMEM;
	for (size_t i = 0; i < rules->set.n; i++)
		memcpy(keys + i * size, rules->set.v[i].address, size);
	r = nc_foreign_fill(rules->ip6 ? PINS "filter_ipv6" : PINS "filter_ipv4", keys, size,
			    rules->set.n);
	return r < 0 ? nc_diag_errno(diag, NULL, r, "xdp-filter's list does not take %zu addresses",
				     rules->set.n)
		     : 0;
}

static int load_set(const struct nc_bench_rules *rules, struct nc_diag *diag)
{
	char address[INET6_ADDRSTRLEN];
	const char *const load[] = {"xdp-filter",    "load", "-f", rules->ip6 ? "ipv6" : "ipv4",
				    NC_SPACE_DEVICE, NULL};
	const char *const add[] = {"xdp-filter", "ip", "-m", "src", address, NULL};
	int r = nc_spawn(load, NULL, 0, diag);

	inet_ntop(rules->ip6 ? AF_INET6 : AF_INET, rules->set.v[0].address, address,
		  sizeof(address));
	r = r ?: nc_spawn(add, NULL, 0, diag);
	return r ?: fill(rules, diag);
}

static int load_port(const struct nc_bench_rules *rules, struct nc_diag *diag)
{
	char port[8];
	const char *const load[] = {"xdp-filter", "load", "-f", "udp", NC_SPACE_DEVICE, NULL};
	const char *const add[] = {"xdp-filter", "port", "-p", "udp", "-m", "dst", port, NULL};
	int r = nc_spawn(load, NULL, 0, diag);

	snprintf(port, sizeof(port), "%u", rules->list.v[0].dport.low);
	return r ?: nc_spawn(add, NULL, 0, diag);
}

static int load(const struct nc_bench_rules *rules, void **ret_state, int *ret_program,
		struct nc_diag *diag)
{
	int r = rules->list.n ? load_port(rules, diag) : load_set(rules, diag);
	int program = r < 0 ? r : nc_foreign_xdp(NC_SPACE_DEVICE);

	if (r < 0)
		return r;
	if (program < 0)
		return nc_diag_errno(diag, NULL, program, "cannot open xdp-filter's program");
	*ret_state = NULL;
	*ret_program = program;
	return 0;
}

static void unload(void *state, int program)
{
	const char *const unload[] = {"xdp-filter", "unload", NC_SPACE_DEVICE, NULL};
	struct nc_diag diag = {};

	(void)state;
	closep(&program);
	nc_spawn(unload, NULL, 0, &diag);
	nc_diag_free(&diag);
}

const struct nc_bench_subject nc_subject_xdp_filter = {
	.name = "xdp-filter",
	.about = "xdp-filter of xdp-tools; it has lists of addresses, not rules",
	.way = NC_BENCH_BY_RUN,
	.in_space = true,
	.check = check,
	.can = can,
	.load = load,
	.unload = unload,
};
