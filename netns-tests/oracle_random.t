#!/bin/bash
# Random rulesets and frames through nft and through netctl: no difference. ORACLE_SECONDS (60) is how long, ORACLE_SEED
# where to begin; the seed of a difference is printed with it and repeats it: oracle --seed N --rulesets 1.
. "$(dirname "$0")/lib.sh"
command -v nft >/dev/null || skip_all "nft is not installed"
ORACLE=$PWD/$B/netns-tests/oracle
[ -x "$ORACLE" ] || skip_all "no $ORACLE"

# The comparison itself, first: nft differs from nft in nothing.
"$ORACLE" --self-test --seconds 5 --seed "${ORACLE_SEED:-$RANDOM$RANDOM}" >"$TMP/self" 2>&1
ok "nft and nft agree"
sed 's/^/# /' "$TMP/self"
"$ORACLE" --netctl "$NETCTL" --seconds "${ORACLE_SECONDS:-60}" --seed "${ORACLE_SEED:-$RANDOM$RANDOM}" >"$TMP/random" 2>&1
ok "netctl and nft agree"
sed 's/^/# /' "$TMP/random"
finish
