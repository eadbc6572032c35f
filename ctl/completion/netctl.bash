# shellcheck shell=bash
# Completion of netctl(8) for bash.
_netctl() {
	local cur prev words cword commands objects options
	_init_completion || return
	commands="attach detach status apply check list add create insert replace delete destroy flush help version"
	options="--file --check --json --handle --numeric --stateless --terse --help --version"
	objects="ruleset tables table chains chain sets set counters"

	case $prev in
	-f | --file)
		_filedir
		return
		;;
	hook)
		mapfile -t COMPREPLY < <(compgen -W "ingress egress" -- "$cur")
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
		_filedir
		[[ $cur != -* ]] || mapfile -t COMPREPLY < <(compgen -W "--dry-run" -- "$cur")
		;;
	check) _filedir ;;
	help) mapfile -t COMPREPLY < <(compgen -W "$commands" -- "$cur") ;;
	list) mapfile -t COMPREPLY < <(compgen -W "$objects netdev" -- "$cur") ;;
	flush) mapfile -t COMPREPLY < <(compgen -W "ruleset table chain set netdev" -- "$cur") ;;
	add | create | delete | destroy)
		mapfile -t COMPREPLY < <(compgen -W "table chain rule set element netdev" -- "$cur")
		;;
	insert | replace) mapfile -t COMPREPLY < <(compgen -W "rule netdev handle index" -- "$cur") ;;
	esac
} && complete -F _netctl netctl
