#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The language against its model: every canonical text of the golden files is accepted by nft, and what nft lists after
# loading it is accepted by "netctl check". Nothing outside of a network namespace of its own is touched.

cd "$(dirname "$0")/.." || exit 1

netctl=${B:-build}/netctl

skip_all() {
	echo "1..0 # SKIP $1"
	exit 0
}

command -v nft >/dev/null || skip_all "nft is not installed"
[ "$(id -u)" = 0 ] || skip_all "needs root, for a network namespace"
if [ -z "$NC_IN_NAMESPACE" ]; then
	NC_IN_NAMESPACE=1 exec unshare --net "$0" "$@"
fi
nft list ruleset >/dev/null 2>&1 || skip_all "nft does not work in this kernel"
ip link add eth1 type veth peer name eth0.100 || skip_all "no veth devices"

output=$(mktemp)
trap 'rm -f "$output"' EXIT

count=0
result() { # STATUS NAME
	count=$((count + 1))
	if [ "$1" = 0 ]; then
		echo "ok $count - $2"
	else
		echo "not ok $count - $2"
		sed 's/^/# /' "$output"
	fi
}

for input in selftests/golden/ok/*.nft; do
	name=$(basename "$input" .nft)
	canonical=${input%.nft}.out
	[ -e "$canonical" ] || canonical=$input

	nft flush ruleset
	nft -f "$canonical" >"$output" 2>&1
	result $? "nft accepts $name"
	[ -x "$netctl" ] || continue
	nft list ruleset | "$netctl" check - >"$output" 2>&1
	result $? "netctl reads nft's listing of $name"
done
echo "1..$count"
