# shellcheck shell=bash
# Completion of netctl(8) for bash.

_netctl_files() {
	if declare -F _filedir >/dev/null; then
		_filedir
	else
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$cur")
	fi
}

# The word behind "add", "list", ...: the object, the family behind an object that needs one, or nothing known.
_netctl_object() {
	case $prev in
	"$command") mapfile -t COMPREPLY < <(compgen -W "$*" -- "$cur") ;;
	table | chain | rule | set | map | meter | element | counter | quota | limit | ruleset | tables | chains | sets | maps | meters | counters | quotas | limits | rules)
		mapfile -t COMPREPLY < <(compgen -W "netdev" -- "$cur")
		;;
	esac
}

_netctl() {
	local cur prev words cword commands objects options
	if declare -F _init_completion >/dev/null; then
		_init_completion || return
	else
		words=("${COMP_WORDS[@]}") cword=$COMP_CWORD
		cur=${words[cword]} prev=${words[cword - 1]}
	fi
	commands="attach detach status apply diff confirm rollback check list add create insert replace delete destroy flush rename get reset explain monitor bench help version"
	options="--file --define --includepath --check --json --handle --numeric --numeric-priority --numeric-protocol --numeric-time --service --echo --stateless --terse --help --version"
	objects="ruleset tables table chains chain sets set maps map meters meter counters counter quotas quota limits limit"

	case $prev in
	-f | --file)
		_netctl_files
		return
		;;
	hook | --hook)
		mapfile -t COMPREPLY < <(compgen -W "ingress egress" -- "$cur")
		return
		;;
	--pcapng | --pcap | --ruleset | --plot)
		_netctl_files
		return
		;;
	--device)
		mapfile -t COMPREPLY < <(compgen -W "$(command ls /sys/class/net 2>/dev/null)" -- "$cur")
		return
		;;
	--count | --timeout | --group | --prefix | --hex | --seconds | --seed | --size)
		return
		;;
	mode)
		mapfile -t COMPREPLY < <(compgen -W "auto native generic" -- "$cur")
		return
		;;
	esac

	local i command=
	for ((i = 1; i < cword; i++)); do
		case ${words[i]} in
		-f | --file) i=$((i + 1)) ;;
		-*) ;;
		*)
			command=${words[i]}
			break
			;;
		esac
	done

	local devices
	devices=$(command ls /sys/class/net 2>/dev/null)
	case $command in
	"") mapfile -t COMPREPLY < <(compgen -W "$commands $options" -- "$cur") ;;
	attach) mapfile -t COMPREPLY < <(compgen -W "$devices hook mode --replace" -- "$cur") ;;
	detach) mapfile -t COMPREPLY < <(compgen -W "$devices hook --all" -- "$cur") ;;
	status) mapfile -t COMPREPLY < <(compgen -W "$devices" -- "$cur") ;;
	apply)
		_netctl_files
		[[ $cur != -* ]] || mapfile -t COMPREPLY < <(compgen -W "--dry-run --confirm" -- "$cur")
		;;
	check)
		_netctl_files
		[[ $cur != -* ]] || mapfile -t COMPREPLY < <(compgen -W "--cost" -- "$cur")
		;;
	diff) _netctl_files ;;
	explain) mapfile -t COMPREPLY < <(compgen -W "--ruleset --device --hook --pcap --hex" -- "$cur") ;;
	monitor) mapfile -t COMPREPLY < <(compgen -W "events ruleset --count --timeout --rules --prefix --group --new --pcapng" -- "$cur") ;;
	bench)
		[[ $prev != --rules ]] || { _netctl_files && return; }
		mapfile -t COMPREPLY < <(compgen -W "classify set classbench rate update latency send receive none nft iptables xdp-filter --list --against --seconds --size --rules --seed --device --plot" -- "$cur")
		;;
	help) mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur") ;;
	list) _netctl_object "$objects" ;;
	get) _netctl_object element ;;
	flush) _netctl_object ruleset table chain set map meter ;;
	add | delete | destroy) _netctl_object table chain rule set map element counter quota limit ;;
	create) _netctl_object table chain set map element counter quota limit ;;
	insert | replace) _netctl_object rule ;;
	rename) _netctl_object chain ;;
	reset) _netctl_object counters counter quotas quota rules rule set map element ;;
	esac
} && complete -F _netctl netctl
