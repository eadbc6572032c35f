/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel at the other end answers, so nobody there has to be waited for. */
#include "ping.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "util/cleanup.h"

#define EVERY_NS    1000000
#define PATIENCE_MS 100
#define ID	    0x6e63

struct nc_ping {
	int socket;
	atomic_bool over;
	pthread_t thread;
	NC_VEC(double) us;
	size_t lost;
};

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * UINT64_C(1000000000) + now.tv_nsec;
}

static uint16_t sum16(const struct icmphdr *icmp)
{
	const uint16_t *word = (const uint16_t *)icmp;
	uint32_t sum = 0;

	for (size_t i = 0; i < sizeof(*icmp) / 2; i++)
		sum += word[i];
	sum = (sum & 0xffff) + (sum >> 16);
	return ~(sum + (sum >> 16));
}

static bool is_answer(const uint8_t *packet, ssize_t length, uint16_t sequence)
{
	const struct icmphdr *icmp = (const void *)(packet + sizeof(struct iphdr));

	return length >= (ssize_t)(sizeof(struct iphdr) + sizeof(*icmp)) &&
	       icmp->type == ICMP_ECHOREPLY && icmp->un.echo.id == htons(ID) &&
	       icmp->un.echo.sequence == htons(sequence);
}

/* Until the answer to this one is there: true; or patience is at its end. */
static bool wait_for(const struct nc_ping *ping, uint16_t sequence)
{
	struct pollfd ready = {.fd = ping->socket, .events = POLLIN};
	uint64_t until = now_ns() + PATIENCE_MS * UINT64_C(1000000);
	uint8_t packet[128];

	while (now_ns() < until && poll(&ready, 1, PATIENCE_MS) > 0) {
		ssize_t n = recv(ping->socket, packet, sizeof(packet), MSG_DONTWAIT);

		if (is_answer(packet, n, sequence))
			return true;
	}
	return false;
}

static void *run(void *context)
{
	struct nc_ping *ping = context;

	for (uint16_t sequence = 0; !ping->over; sequence++) {
		const struct timespec pause = {.tv_nsec = EVERY_NS};
		struct icmphdr icmp = {.type = ICMP_ECHO};
		uint64_t begin = now_ns();

		icmp.un.echo.id = htons(ID);
		icmp.un.echo.sequence = htons(sequence);
		icmp.checksum = sum16(&icmp);
		if (send(ping->socket, &icmp, sizeof(icmp), 0) < 0 || !wait_for(ping, sequence))
			ping->lost++;
		else if (nc_vec_push(&ping->us, (now_ns() - begin) / 1000.0) < 0)
			break;
		nanosleep(&pause, NULL);
	}
	return NULL;
}

int nc_ping_begin(uint32_t address, struct nc_ping **ret, struct nc_diag *diag)
{
	const struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = address};
	struct nc_ping *ping = calloc(1, sizeof(*ping));
	int r;

	if (!ping)
		return -ENOMEM;
	ping->socket = socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, IPPROTO_ICMP);
	if (ping->socket < 0 || connect(ping->socket, (const struct sockaddr *)&to, sizeof(to)))
		r = -errno;
	else
		r = -pthread_create(&ping->thread, NULL, run, ping);
	if (r < 0) {
		closep(&ping->socket);
		free(ping);
		return nc_diag_errno(diag, NULL, r, "cannot send echo requests");
	}
	*ret = ping;
	return 0;
}

void nc_ping_end(struct nc_ping *ping, double **ret_us, size_t *ret_n, size_t *ret_lost)
{
	ping->over = true;
	pthread_join(ping->thread, NULL);
	close(ping->socket);
	*ret_us = ping->us.v;
	*ret_n = ping->us.n;
	*ret_lost = ping->lost;
	free(ping);
}
