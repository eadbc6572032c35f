#!/bin/bash
# make install: one file that works from anywhere, manuals, completion, unit; and uninstall.
. "$(dirname "$0")/lib.sh"
make -s --no-print-directory install B="$B" DESTDIR="$TMP/root" PREFIX=/usr >"$TMP/log" 2>&1
ok "make install" || sed 's/^/# /' "$TMP/log"
for file in sbin/netctl share/man/man8/netctl.8 share/man/man5/netctl.nft.5 share/bash-completion/completions/netctl \
	lib/systemd/system/netctl.service; do
	[ -s "$TMP/root/usr/$file" ]
	ok "/usr/$file"
done
is "and nothing else" "$(find "$TMP/root" -type f | wc -l)" 5
like "the unit calls what was installed" "$(cat "$TMP/root/usr/lib/systemd/system/netctl.service")" "ExecStart=/usr/sbin/netctl"
cp "$TMP/root/usr/sbin/netctl" "$TMP/elsewhere"
space S
NETCTL=$TMP/elsewhere
(cd / && nc attach lo mode generic)
ok "the binary alone attaches"
is "and shows it" "$(status "h['state']")" attached
nc detach --all
ok "and detaches"
make -s --no-print-directory uninstall DESTDIR="$TMP/root" PREFIX=/usr
is "uninstall leaves nothing" "$(find "$TMP/root" -type f | wc -l)" 0
finish
