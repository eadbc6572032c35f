#!/bin/bash
# The demo does what it says, and cleans up, also after Ctrl-C.
. "$(dirname "$0")/lib.sh"

left() { ip netns list | grep -c '^demo'; find /sys/fs/bpf/netctl 2>/dev/null | wc -l; }
before=$(left)
B=$B netns-tests/demo >"$TMP/out" 2>&1
ok "everything goes as expected" || tail -n 20 "$TMP/out" | sed 's/^/# /'
is "no colour where there is no terminal" "$(grep -c $'\e' "$TMP/out")" 0
is "nothing is left" "$(left)" "$before"
# As from a terminal: in a foreground process group, with SIGINT not ignored.
setsid $PYTHON - "$B" >"$TMP/out" 2>&1 <<'END'
import os, signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
p = subprocess.Popen(["netns-tests/demo"], env={**os.environ, "B": sys.argv[1]}, stdout=subprocess.PIPE, start_new_session=True)
for line in p.stdout:
    if b"== 3." in line:
        break
time.sleep(0.5)
os.killpg(p.pid, signal.SIGINT)
p.stdout.read()
sys.exit(p.wait())
END
is "Ctrl-C ends it" $? 130
is "and leaves nothing" "$(left)" "$before"
finish
