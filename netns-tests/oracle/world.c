// SPDX-License-Identifier: GPL-2.0-only
/* The namespaces, their devices, and the packet sockets. */
#include "world.h"
#include "arena.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/if_link.h>
#include <linux/if_packet.h>
#include <arpa/inet.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define CAREFUL_US    10000
#define BATCH	      64
#define CAPTURE_BYTES (16 << 20)

static int complain(const char *what)
{
	fprintf(stderr, "oracle: %s: %s\n", what, strerror(errno));
	return -1;
}

static int shell(const char *command)
{
	char *text = say("set -e\n%s", command);
	int status;
	pid_t pid = fork();

	if (pid < 0)
		return complain("fork");
	if (!pid) {
		execlp("bash", "bash", "-c", text, NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) < 0 || status) {
		fprintf(stderr, "oracle: could not set up the namespaces\n");
		return -1;
	}
	return 0;
}

static int this_netns(void)
{
	return open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
}

/* No traffic but ours. */
static int quiet(void)
{
	return shell("for k in default all; do echo 1 >/proc/sys/net/ipv6/conf/$k/disable_ipv6; "
		     "done 2>/dev/null || true\n"
		     "ip link set lo up");
}

static int make_side(struct world *world, int i)
{
	struct side *side = &world->side[i];
	char s = 'A' + i;
	const char *peer = say("/proc/%d/fd/%d", getpid(), world->netns);

	if (unshare(CLONE_NEWNET))
		return complain("unshare");
	side->netns = this_netns();
	if (side->netns < 0)
		return complain("/proc/thread-self/ns/net");
	if (quiet())
		return -1;
	/* Without learning and without addresses of its own, the bridge gives everything to o0. */
	return shell(say("pair() { ip link add $1 index $3 address $4 type veth peer name $2%c "
			 "netns %s; ip link set $1 up; }\n"
			 "pair f0 t0 10 02:00:00:00:00:02\n"
			 "pair f1 t1 11 02:00:00:00:00:03\n"
			 "pair w0 x0 12 02:00:00:00:0b:02\n"
			 "pair o0 c0 13 02:00:00:00:0b:01\n"
			 "ip link add b0 index 14 address 02:00:00:00:0b:00 type bridge "
			 "mcast_snooping 0 stp_state 0 forward_delay 0\n"
			 "for d in f0 f1 o0; do ip link set $d master b0; bridge link set dev $d "
			 "learning off; done\n"
			 "for d in f0 f1; do bridge link set dev $d flood off mcast_flood off "
			 "bcast_flood off; done\n"
			 "ip link set b0 up\n"
			 "bridge fdb show br b0 | while read -r m x d rest; do bridge fdb del $m "
			 "dev $d master 2>/dev/null || true; done\n",
			 s, peer));
}

static int open_capture(const char *name)
{
	struct sockaddr_ll address = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_ALL)};
	int one = 1, size = CAPTURE_BYTES;
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	address.sll_ifindex = if_nametoindex(name);
	if (fd < 0 || setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &one, sizeof(one)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    bind(fd, (struct sockaddr *)&address, sizeof(address)))
		return complain(name);
	return fd;
}

/* Frames that XDP redirects to a veth are lost unless the peer has an XDP program too. */
static int pass_program(const char *name)
{
	const struct bpf_insn pass[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_PASS},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_XDP, "pass", "GPL", pass, 2, NULL);
	int err;

	if (fd < 0)
		return complain("loading a program that passes");
	err = bpf_xdp_attach(if_nametoindex(name), fd, XDP_FLAGS_DRV_MODE, NULL);
	close(fd);
	return err ? complain(name) : 0;
}

static int open_ends(struct side *side, char s)
{
	int one = 1;

	if (shell(say("for d in t0 t1 c0 x0; do ip link set ${d}%c up; done", s)))
		return -1;
	for (int i = 0; i < 2; i++)
		side->sender_index[i] = if_nametoindex(say("t%d%c", i, s));
	side->sender = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (side->sender < 0 ||
	    setsockopt(side->sender, SOL_PACKET, PACKET_QDISC_BYPASS, &one, sizeof(one)))
		return complain("packet socket");
	side->capture[POINT_PASSED] = open_capture(say("c0%c", s));
	side->capture[POINT_FORWARDED] = open_capture(say("x0%c", s));
	if (side->capture[POINT_PASSED] < 0 || side->capture[POINT_FORWARDED] < 0)
		return -1;
	return pass_program(say("x0%c", s));
}

int world_open(struct world *world)
{
	/* A bpffs of our own: pins go with the process too. */
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return complain("unshare");
	if (mount("bpf", "/sys/fs/bpf", "bpf", 0, NULL))
		return complain("mounting bpffs");
	world->netns = this_netns();
	if (world->netns < 0)
		return complain("/proc/thread-self/ns/net");
	if (quiet())
		return -1;
	for (int i = 0; i < _SIDE_MAX; i++) {
		if (make_side(world, i))
			return -1;
		if (setns(world->netns, CLONE_NEWNET))
			return complain("setns");
		if (open_ends(&world->side[i], 'A' + i))
			return -1;
	}
	return 0;
}

int world_send(struct side *side, const struct packet *packets, unsigned n, bool careful)
{
	struct sockaddr_ll to[2];

	for (int i = 0; i < 2; i++)
		to[i] = (struct sockaddr_ll){.sll_family = AF_PACKET,
					     .sll_halen = ETH_ALEN,
					     .sll_ifindex = side->sender_index[i]};
	for (unsigned sent = 0; sent < n;) {
		struct mmsghdr batch[BATCH] = {};
		struct iovec iov[BATCH];
		unsigned size = n - sent < BATCH ? n - sent : BATCH;
		int done;

		for (unsigned i = 0; i < size; i++) {
			const struct packet *packet = &packets[sent + i];

			iov[i] = (struct iovec){(void *)packet->byte, packet->length};
			batch[i].msg_hdr.msg_name = &to[packet->device];
			batch[i].msg_hdr.msg_namelen = sizeof(to[0]);
			batch[i].msg_hdr.msg_iov = &iov[i];
			batch[i].msg_hdr.msg_iovlen = 1;
		}
		done = sendmmsg(side->sender, batch, size, 0);
		if (done <= 0)
			return complain("sending");
		sent += done;
		/* Receiving runs on this CPU, at the end of every transmission or in ksoftirqd. */
		sched_yield();
	}
	usleep(careful ? CAREFUL_US : 300);
	return 0;
}

const char *world_receive(struct side *side, int point)
{
	unsigned char bytes[2048], *frame = bytes + 4;
	union {
		struct cmsghdr header;
		char space[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	} control;
	struct iovec iov = {frame, sizeof(bytes) - 4};
	struct msghdr message = {.msg_iov = &iov,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	ssize_t n = recvmsg(side->capture[point], &message, 0);
	struct cmsghdr *c;
	char *text;

	if (n < 0)
		return NULL;
	c = CMSG_FIRSTHDR(&message);
	if (c && c->cmsg_type == PACKET_AUXDATA) {
		struct tpacket_auxdata aux;

		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
		if (aux.tp_status & TP_STATUS_VLAN_VALID) {
			frame = memmove(bytes, frame, 12);
			n += 4;
			frame[12] = aux.tp_vlan_tpid >> 8;
			frame[13] = aux.tp_vlan_tpid;
			frame[14] = aux.tp_vlan_tci >> 8;
			frame[15] = aux.tp_vlan_tci;
		}
	}
	text = arena_new(2 * n + 1);
	for (ssize_t i = 0; i < n; i++)
		sprintf(text + 2 * i, "%02x", frame[i]);
	return text;
}
