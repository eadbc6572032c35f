#!/bin/bash
# Every word that users see is documented: help, manual, completion and code say the same.
cd "$(dirname "$0")/.." || exit 1
NETCTL=${B:-build}/netctl
PYTHON=/usr/bin/python3
TMP=$(mktemp -d)
trap 'rm -rf "$TMP"' EXIT
n=0

ok() {
	local status=$?
	n=$((n + 1))
	[ $status -eq 0 ] || printf 'not '
	echo "ok $n - $1"
}
is() {
	[ "$2" = "$3" ]
	ok "$1" || echo "# got: $2, wanted: $3"
}

# A manual page as text; without mandoc its source, near enough to look for words.
page() {
	if command -v mandoc >/dev/null; then
		mandoc -T ascii "$1" | sed 's/.\x08//g'
	else
		sed 's/Fl \\-/--/g; s/\\-/-/g; s/^\.It / /; s/ Ta / /g' "$1"
	fi
}
page ctl/man/netctl.8 >"$TMP/netctl.8"
page ctl/man/netctl.nft.5 >"$TMP/netctl.nft.5"
$NETCTL help >"$TMP/help"

commands=$(sed -n '/^Commands/,/^$/s/^  \([a-z]*\) .*/\1/p' "$TMP/help")
[ "$(wc -w <<<"$commands")" -gt 10 ]
ok "help lists the commands"
for command in $commands; do
	grep -qw -- "$command" "$TMP/netctl.8"
	ok "$command is in netctl(8)"
	grep -q "commands=.*\\b$command\\b" ctl/completion/netctl.bash
	ok "$command is completed"
	$NETCTL "$command" --help >"$TMP/help.one" && grep -q "^netctl $command" "$TMP/help.one"
	ok "$command --help"
done
read -ra completed < <(sed -n 's/^\tcommands="\(.*\)"/\1/p' ctl/completion/netctl.bash)
for command in "${completed[@]}"; do
	grep -qw -- "$command" <<<"$commands"
	ok "completed $command exists"
done
while read -r option; do
	grep -q -- "$option" "$TMP/netctl.8"
	ok "$option is in netctl(8)"
	grep -q -- "$option" ctl/completion/netctl.bash
	ok "$option is completed"
done < <(grep -o -- '--[a-z-]*' "$TMP/help" | sort -u)
for option in --replace --all --dry-run --confirm --cost; do
	grep -q -- "$option" "$TMP/netctl.8" && grep -q -- "$option" ctl/completion/netctl.bash
	ok "$option is in netctl(8) and completed"
done
while read -r option; do
	grep -q -- "$option" "$TMP/netctl.8" && grep -q "monitor).*$option" ctl/completion/netctl.bash
	ok "monitor $option is in netctl(8) and completed"
done < <($NETCTL help monitor | grep -o -- '^  --[a-z-]*' | tr -d ' ' | sort -u)
while read -r option; do
	grep -q -- "$option" "$TMP/netctl.8" && grep -q "explain).*$option" ctl/completion/netctl.bash
	ok "explain $option is in netctl(8) and completed"
done < <($NETCTL help explain | grep -o -- '^  --[a-z-]*' | tr -d ' ' | sort -u)
while read -r word; do
	grep -q -- "$word" "$TMP/netctl.8" && sed -n "/bench)/,/;;/p" ctl/completion/netctl.bash | grep -q -- "[\" ]${word}[\" ]"
	ok "bench $word is in netctl(8) and completed"
done < <(
	$NETCTL help bench | grep -o -- '^  --[a-z-]*' | tr -d ' ' | sort -u
	$NETCTL -j bench --list | $PYTHON -c 'import json, sys; d = json.load(sys.stdin); print(*(e["name"] for k in d for e in d[k] if e["name"] not in ("netctl", "bare-xdp")), sep="\n")'
)
for key in $(grep -ohE 'add[a-z_]*\([a-z]+, *"[a-z0-9_]+"|ip6 \? "[a-z0-9]+" : "[a-z]+"' ctl/cmd/event.c ctl/cmd/explain_print.c ctl/cmd/headers.c | grep -oE '"[a-z0-9_]+"' | tr -d '"' | sort -u); do
	grep -qw -- "$key" "$TMP/netctl.8"
	ok "JSON key $key of events and frames is in netctl(8)"
done
while read -r word; do
	grep -qw -- "$word" "$TMP/netctl.8"
	ok "reason or verdict $word is in netctl(8)"
done < <(sed -nE 's/^[[:space:]]*X\([A-Z0-9_]+, "([a-z0-9-]+)".*/\1/p' include/netctl/reason.h)
for key in $(grep -ohE '(add_string|add_number|json_object_object_add)\([a-z]+, *"[a-z_]+"' ctl/cmd/status.c ctl/cmd/render.c ctl/cmd/diff.c ctl/cmd/bench.c | grep -oE '"[a-z_]+"' | tr -d '"' | sort -u); do
	grep -qw -- "$key" "$TMP/netctl.8"
	ok "JSON key $key is in netctl(8)"
done
while read -r type; do
	grep -qw -- "$type" "$TMP/netctl.nft.5"
	ok "type $type is in netctl.nft(5)"
done < <(sed -nE 's/.*\[NC_TYPE_[A-Z0-9_]+\] = \{"([a-z0-9_]+)".*/\1/p' ctl/model/types.c | grep -v integer)
while IFS='|' read -r header field; do
	[ -n "$field" ] || continue
	if [ "$header" = meta ]; then
		grep -E -A1 '^\.Cm meta|^\.It Cm meta' ctl/man/netctl.nft.5
	else
		grep -E "^\.It $header Ta " ctl/man/netctl.nft.5
	fi | grep -qE "(^| )$field(,|\.| Ta|\$)"
	ok "$header $field is in netctl.nft(5)"
done < <(sed -nE 's/^[[:space:]]*X\([A-Z0-9_]+, "([a-z0-9 ]+)", "([a-z0-9 -]*)".*/\1|\2/p' ctl/model/types.h)
if command -v mandoc >/dev/null; then
	mandoc -T lint -W warning ctl/man/netctl.8 ctl/man/netctl.nft.5 >"$TMP/lint"
	is "the manuals are clean" "$(cat "$TMP/lint")" ""
else
	n=$((n + 1))
	echo "ok $n - the manuals are clean # SKIP there is no mandoc"
fi

$NETCTL statu 2>"$TMP/err"
is "an unknown command is a usage error" $? 2
grep -q "did you mean 'status'" "$TMP/err"
ok "that suggests the nearest"
$NETCTL --nonsense 2>/dev/null
is "an unknown option" $? 2

cp "$NETCTL" "$TMP/netctl"
chmod 755 "$TMP" "$TMP/netctl"
unprivileged=()
[ "$(id -u)" != 0 ] || unprivileged=(setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all)
"${unprivileged[@]}" "$TMP/netctl" check - <<<'table netdev f { chain c { type filter hook ingress device "eth0" priority 0; ip saddr 192.0.2.1 drop; }; }'
is "check needs no privilege" $? 0
"${unprivileged[@]}" "$TMP/netctl" -j check - <<<'table netdev f { chain c { type filter hook ingress device "eth0" priority 0; ip saddr 192.0.2.300 drop; }; }' 2>"$TMP/err"
is "a refused ruleset" $? 3
is "as JSON, with its place" "$($PYTHON -c 'import json, sys; e = json.load(open(sys.argv[1]))["error"]; m = e["messages"][0]; print(e["code"], m["line"] == 1, m["column"] > 70, m["severity"])' "$TMP/err")" "3 True True error"
$PYTHON -m json.tool "$TMP/err" >"$TMP/pretty" && grep -q '"column"' "$TMP/pretty"
ok "which is one JSON text"
echo "1..$n"
