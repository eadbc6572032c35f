#!/bin/bash
# "bench": every benchmark runs, small and short; its JSON is what the manual says; nothing of it is left, even if it is interrupted.
# No time is tested.
. "$(dirname "$0")/lib.sh"
TAG=ncB${TAG#nc}

processes() { # that were begun by a test, by a mark in their environment: namespaces without names last as long as these
	grep -lz "^BENCH_MARK=$TAG\$" /proc/[0-9]*/environ 2>/dev/null
}
left() { # what a benchmark could leave: names, devices, mounts and pins
	ip netns list | sed 's/ .*//' | sort
	ip -o link | sed 's/<.*//'
	cut -d' ' -f2- /proc/mounts | sort
	find /sys/fs/bpf 2>/dev/null | sort
}
bench() { timeout 120 "$NETCTL" -j bench "$@" >"$TMP/out" 2>"$TMP/err"; }

cat >"$TMP/judge.py" <<'END_JUDGE'
import json, sys
path, *wanted = sys.argv[1:]
d = json.load(open(path))
assert set(d) == {"host", "results", "skipped"}, set(d)
assert d["host"]["kernel"] and d["host"]["cpu"] and d["host"]["cores"] >= 1
keys = {"name", "subject", "rules", "unit", "median", "min", "max", "runs", "ratio_to_bare"}
for r in d["results"]:
    assert set(r) == keys, r
    assert r["min"] <= r["median"] <= r["max"] and r["runs"] >= 1, r
    assert r["median"] > 0 or r["unit"] in ("packets", "ns/packet"), r
    assert r["ratio_to_bare"] is None or r["subject"] == "bare-xdp" or r["unit"] != "ns/packet" or r["ratio_to_bare"] > 0, r
for s in d["skipped"]:
    assert set(s) == {"name", "subject", "rules", "reason"} and s["reason"], s
there = {(r["name"], r["subject"]) for r in d["results"]}
there |= {(s["name"], s["subject"]) for s in d["skipped"] if "not installed" in s["reason"]}
missing = [w for w in wanted if tuple(w.split("/")) not in there]
assert not missing, (missing, d["skipped"])
END_JUDGE
judge() { $PYTHON "$TMP/judge.py" "$TMP/out" "$@" 2>"$TMP/judged" || { sed 's/^/# /' "$TMP/judged" "$TMP/err"; return 1; }; }

before=$(left)

bench classify --size 20 --seconds 0.02
ok "classify"
shapes=()
for shape in acl fw ipc; do
	for subject in bare-xdp netctl nft iptables; do
		shapes+=("$shape-ip/$subject" "$shape-ip6/$subject" "$shape-ip6-random/$subject" "$shape-ip-plain/$subject")
	done
done
judge "${shapes[@]}"
ok "of every shape and subject"
bench set --size 20 --seconds 0.02 --plot "$TMP/set.svg"
ok "set"
judge set-ip/netctl set-ip/nft set-ip/iptables set-ip/xdp-filter set-ip6/xdp-filter
ok "and its subjects"
if command -v gnuplot >/dev/null; then
	grep -q '<svg' "$TMP/set.svg" && grep -q 'addresses in a set' "$TMP/set.svg" && grep -q 'ns per packet' "$TMP/set.svg"
	ok "and a plot of them"
fi
printf '@192.0.2.7/24\t10.0.0.1/32\t0 : 65535\t80 : 80\t0x06/0xFF\n@0.0.0.0/0\t10.0.0.0/8\t0 : 65535\t0 : 65535\t0x00/0x00\n' >"$TMP/two.rules"
bench classbench --rules "$TMP/two.rules" --against none --seconds 0.02
ok "classbench"
judge classbench/netctl classbench-random/netctl
ok "by two rules"
is "and no peer when there is to be none" "$($PYTHON -c 'import json, sys; print(len({r["subject"] for r in json.load(open(sys.argv[1]))["results"]}))' "$TMP/out")" 2
bench rate --size 1 --seconds 0.02
ok "rate"
judge rate-drop/bare-xdp rate-drop/netctl rate-drop-generic/netctl rate-drop-tc/netctl rate-pass/netctl rate-pass-generic/netctl rate-drop/nft rate-drop/iptables rate-drop/xdp-filter
ok "in every place"
bench update --size 20 --seconds 0.02
ok "update"
judge update-ruleset/netctl update-rule/netctl update-element/netctl update-elements/netctl update-ruleset/nft
ok "of rulesets, rules and elements"
bench latency --size 20 --seconds 0.1
ok "latency"
judge latency-quiet/netctl latency-quiet-p99/netctl latency-updates/netctl latency-updates-lost/netctl latency-updates/nft
ok "quiet, and with updates"
is "nothing is lost while nothing changes" "$($PYTHON -c 'import json, sys; print(*(r["median"] for r in json.load(open(sys.argv[1]))["results"] if r["name"] == "latency-quiet-lost" and r["subject"] == "netctl"))' "$TMP/out")" 0.0
is "nothing is left of all that" "$(left)" "$before"

pair
ip netns exec "$S" ethtool -K s0 gro on
background "$C" "$NETCTL" bench send --device c0 --seconds 2
ip netns exec "$S" "$NETCTL" -j bench receive --device s0 --seconds 1 >"$TMP/out" 2>"$TMP/err"
ok "receive"
is "what another sends" "$($PYTHON -c 'import json, sys; r = json.load(open(sys.argv[1]))["results"][0]; print(r["subject"], r["unit"], r["median"] > 1000)' "$TMP/out")" "s0 packets/s True"
wait "$LAST"
ok "send"

# --- interrupted
before=$(left)
for signal in INT KILL; do
	BENCH_MARK=$TAG $PYTHON - "$NETCTL" "$signal" <<-'END_PYTHON'
		import signal, subprocess, sys, time
		bench = subprocess.Popen([sys.argv[1], "bench", "rate", "--size", "1", "--seconds", "5"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
		                         preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
		time.sleep(2)
		assert bench.poll() is None
		bench.send_signal(getattr(signal, "SIG" + sys.argv[2]))
		assert bench.wait(20) == -getattr(signal, "SIG" + sys.argv[2])
	END_PYTHON
	ok "it ends by SIG$signal"
	is "and nothing is left of it" "$(left)" "$before"
	wait_for '[ -z "$(processes)" ]'
	ok "no process, so no namespace either"
done

# --- refused
bench nonsense
is "a benchmark that there is not" $? 2
bench --against nonsense
is "a peer that there is not" $? 2
bench --seconds 0
is "no time" $? 2
bench --size 0,1
is "no rules" $? 2
bench classbench
is "classbench without a file" $? 1
echo nonsense >"$TMP/bad.rules"
bench classbench --rules "$TMP/bad.rules"
is "a file that is no rules" $? 3
like "is refused at its place" "$(cat "$TMP/err")" '"line":1'
bench send
is "send without a device" $? 1
bench set --plot "$TMP/plot.pdf"
is "a plot of another format" $? 1
setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$NETCTL" bench set >/dev/null 2>"$TMP/err"
is "without privilege" $? 1
like "it says so" "$(cat "$TMP/err")" "root"
finish
