#!/bin/bash
# Random rulesets and frames through nft and through netctl: no difference. ORACLE_SECONDS (60) is how long at most, ORACLE_SEED
# where to begin; the seed of a difference is printed with it and repeats it: oracle --seed N --rulesets 1.
. "$(dirname "$0")/lib.sh"
command -v nft >/dev/null || skip_all "nft is not installed"
ORACLE=$PWD/$B/netns-tests/oracle
[ -x "$ORACLE" ] || skip_all "no $ORACLE"

# The comparison itself, first: nft differs from nft in nothing.
"$ORACLE" --self-test --seconds 5 --seed "${ORACLE_SEED:-$RANDOM$RANDOM}" >"$TMP/self" 2>&1
ok "nft and nft agree"
sed 's/^/# /' "$TMP/self"
# And it notices: a netctl that is nft with other numbers.
cat >"$TMP/wrong" <<'END'
#!/bin/bash
[ "$1" = detach ] && exit
[ "$1" = -f ] || exec nft "$@"
sed -E 's/ip ttl [0-9]+/ip ttl 77/' "$2" >"$0.nft" && exec nft -f "$0.nft"
END
chmod +x "$TMP/wrong"
"$ORACLE" --netctl "$TMP/wrong" --seconds 30 --seed 1 --features ip --differences 1 >"$TMP/noticed" 2>&1
is "a difference ends with status 1" "$?" 1
like "it is shrunk to one rule" "$(grep -A 5 '^=== difference' "$TMP/noticed")" 'ip ttl [0-9]+ counter$'
grep -vx 'seed 1' "$TMP/noticed" >"$TMP/again"
"$ORACLE" --netctl "$TMP/wrong" "$TMP/again" >/dev/null 2>&1
is "what was printed can be played again" "$?" 1
"$ORACLE" --self-test "$TMP/again" >/dev/null 2>&1
ok "where there is no difference, none is seen"

shopt -s nullglob
cases=(netns-tests/oracle/cases/*)
if [ ${#cases[@]} -gt 0 ]; then
	"$ORACLE" --netctl "$NETCTL" "${cases[@]}" >"$TMP/cases" 2>&1
	ok "${#cases[@]} differences of former days are gone"
	sed 's/^/# /' "$TMP/cases"
fi

# The same rulesets each time, as long as time allows: nft itself is wrong now and then (docs/language.md), which stands in
# the way of new ones. For these: make oracle.
"$ORACLE" --netctl "$NETCTL" --seconds "${ORACLE_SECONDS:-60}" --rulesets 120 --seed "${ORACLE_SEED:-28}" >"$TMP/random" 2>&1
ok "netctl and nft agree"
sed 's/^/# /' "$TMP/random"
finish
