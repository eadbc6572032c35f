#!/bin/sh
# shellcheck disable=SC2086  # package lists are words
# Install what building and testing netctl needs. Quick when everything is there.
set -eu

packages="make gcc clang llvm clang-format cppcheck shellcheck pkg-config bpftool
libbpf-dev libxdp-dev libnl-3-dev libnl-route-3-dev libjson-c-dev libpcap-dev libelf-dev zlib1g-dev
libcmocka-dev libclang-rt-14-dev perl iproute2 iputils-ping ethtool nftables netcat-openbsd
python3 python3-scapy strace mandoc procps bash-completion iptables gnuplot-nox"

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
	cat <<-'END'
	deps: this is not Debian or one of its children. Please install, by the names your distribution gives them:
	  Fedora:     make gcc clang llvm clang-tools-extra cppcheck ShellCheck pkgconf bpftool libbpf-devel libxdp-devel
	              libnl3-devel json-c-devel libpcap-devel elfutils-libelf-devel zlib-devel libcmocka-devel compiler-rt perl
	              iproute iputils ethtool nftables netcat python3-scapy strace mandoc
	  Arch:       base-devel clang llvm cppcheck shellcheck bpf libbpf libxdp libnl json-c libpcap cmocka iproute2
	              iputils ethtool nftables openbsd-netcat scapy strace mandoc
	  openSUSE:   make gcc clang llvm cppcheck ShellCheck bpftool libbpf-devel libxdp-devel libnl3-devel
	              libjson-c-devel libpcap-devel libelf-devel libcmocka-devel iproute2 iputils ethtool nftables netcat-openbsd
	              python3-scapy strace mandoc
	  all:        gnuplot; iptables (Fedora: iptables-nft)
	then: make build
	END
	command -v clang >/dev/null && command -v pkg-config >/dev/null && pkg-config --exists libbpf libxdp && exit 0
	exit 1
fi

missing=$(for p in $packages; do
	dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null | grep -qx installed || echo "$p"
done)
[ -n "$missing" ] || exit 0

if [ "$(id -u)" != 0 ]; then
	echo "deps: these packages are missing; as root: apt-get install" $missing >&2
	exit 1
fi
echo "deps: installing" $missing
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
apt-get install -y -qq --no-install-recommends $missing >/dev/null
