package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/going-green/greenlet/rewrite"
)

const helpCompletion = `
Greenlet completion prints what makes a shell complete verbs, flags, passes and files.

Usage:

	greenlet completion bash|zsh|fish

Examples:

	source <(greenlet completion bash)                       in ~/.bashrc
	greenlet completion zsh > "${fpath[1]}/_greenlet"        once
	greenlet completion fish > ~/.config/fish/completions/greenlet.fish
`

// completionFlag is a flag as shells are told of it.
type completionFlag struct {
	name  string // with its dash
	takes bool   // a value
}

func completionFlags(list string) (flags []completionFlag) {
	for _, word := range strings.Fields(list) {
		name, takes := strings.CutSuffix(word, "=")
		flags = append(flags, completionFlag{name, takes})
	}
	return flags
}

// The flags of greenlet itself, and those behind each verb.
const (
	everyFlags    = "-C= -tags= -v"
	generateFlags = everyFlags + " -check -why= -debug= -dot= -func= -h"
)

// behind are the flags that stand behind a verb.
func (v *verb) behind() []completionFlag {
	switch v.name {
	case "help", "completion", "version":
		return nil
	case "run", "test", "build", "vet":
		return completionFlags("-C= -tags= " + v.flags) // -v is the go command's
	}
	return completionFlags(everyFlags + " " + v.flags)
}

// words are what can stand behind a verb, besides flags and files.
func (v *verb) words() string {
	switch v.name {
	case "help":
		return verbWords()
	case "completion":
		return "bash zsh fish"
	case "durable":
		return durableWords
	}
	return ""
}

func verbWords() string { return strings.ReplaceAll(verbNames(), ",", "") }

// completion prints the script for a shell.
func (c *command) completion(_ context.Context, args []string) (int, error) {
	scripts := map[string]func() string{"bash": bashCompletion, "zsh": zshCompletion, "fish": fishCompletion}
	if len(args) != 1 || scripts[args[0]] == nil {
		return 0, usagef("completion wants a shell: bash, zsh or fish")
	}
	fmt.Fprint(c.stdout, scripts[args[0]]())
	return exitOK, nil
}

func flagNames(flags []completionFlag, values bool) string {
	var list []string
	for _, f := range flags {
		if !values || f.takes {
			list = append(list, f.name)
		}
	}
	return strings.Join(list, " ")
}

// cases are the branches of a shell's case statement over the verbs.
func cases(indent string) string {
	var b strings.Builder
	for _, v := range verbList() {
		words := []string{flagNames(v.behind(), false), v.words()}
		fmt.Fprintf(&b, "%s%s) list='%s' ;;\n", indent, v.name, strings.TrimSpace(strings.Join(words, " ")))
	}
	return b.String()
}

// valueCases is a pattern of a shell for the flags that take a value.
func valueCases() string {
	var all []string
	for _, v := range verbList() {
		all = append(all, strings.Fields(flagNames(v.behind(), true))...)
	}
	all = append(all, strings.Fields(flagNames(completionFlags(generateFlags), true))...)
	slices.Sort(all)
	return strings.Join(slices.Compact(all), " | ")
}

func fill(script string) string {
	return strings.NewReplacer(
		"VALUEFLAGS", valueCases(), "DURABLE", durableWords, "PASSES", strings.Join(rewrite.PassNames(), " "), "CASES\n", cases("\t"),
		"FLAGS", flagNames(completionFlags(generateFlags), false), "VERBS", verbWords()+" help",
	).Replace(script)
}

// bashCompletion does without the package bash-completion, which not every system has.
func bashCompletion() string {
	return fill(`# bash completion for greenlet
_greenlet() {
	local cur=${COMP_WORDS[COMP_CWORD]} verb= list= i
	for ((i = 1; i < COMP_CWORD; i++)); do
		case ${COMP_WORDS[i]} in
		VALUEFLAGS) ((i++)) ;;
		-*) ;;
		*) verb=${COMP_WORDS[i]} && break ;;
		esac
	done
	case ${COMP_WORDS[COMP_CWORD-1]} in
	-debug | -dot)
		mapfile -t COMPREPLY < <(compgen -W 'PASSES' -- "$cur")
		return
		;;
	esac
	case $verb in
	'') list='VERBS FLAGS' ;;
CASES
	esac
	if [[ $cur == -* || -z $verb || $verb == help || $verb == completion ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$list" -- "$cur")
	fi
	if [[ $cur != -* && $verb != help && $verb != completion ]]; then
		local files
		mapfile -t files < <(compgen -f -- "$cur")
		COMPREPLY+=("${files[@]}")
		compopt -o filenames 2>/dev/null
		[[ $verb == durable ]] && mapfile -t -O ${#COMPREPLY[@]} COMPREPLY < <(compgen -W 'DURABLE' -- "$cur")
	fi
}
complete -F _greenlet greenlet
`)
}

// zshCompletion is a file for $fpath, and can be sourced as well.
func zshCompletion() string {
	var verbs strings.Builder
	for _, v := range verbList() {
		fmt.Fprintf(&verbs, "\t\t'%s:%s'\n", v.name, v.about)
	}
	return strings.Replace(fill(`#compdef greenlet
compdef _greenlet greenlet
_greenlet() {
	local verb= list= i
	for ((i = 2; i < CURRENT; i++)); do
		case $words[i] in
		VALUEFLAGS) ((i++)) ;;
		-*) ;;
		*) verb=$words[i]; break ;;
		esac
	done
	case $words[CURRENT-1] in
	-debug | -dot)
		compadd -- PASSES
		return
		;;
	esac
	if [[ -z $verb ]]; then
		local -a verbs
		verbs=(
DESCRIBED
		)
		_describe verb verbs
		[[ $words[CURRENT] == -* ]] && compadd -- FLAGS
		_files
		return
	fi
	case $verb in
CASES
	esac
	if [[ $verb == help || $verb == completion ]]; then
		compadd -- ${=list}
		return
	fi
	[[ $words[CURRENT] == -* ]] && compadd -- ${=list}
	[[ $verb == durable ]] && compadd DURABLE
	_files
}
if [[ $funcstack[1] == _greenlet ]]; then
	_greenlet
fi
`), "DESCRIBED\n", verbs.String(), 1)
}

func fishCompletion() string {
	var b strings.Builder
	b.WriteString("# fish completion for greenlet\n")
	flags := func(condition string, list []completionFlag) {
		for _, f := range list {
			value := ""
			switch {
			case f.name == "-debug" || f.name == "-dot" && condition == "__fish_use_subcommand":
				value = fmt.Sprintf(" -x -a '%s'", strings.Join(rewrite.PassNames(), " "))
			case f.takes:
				value = " -r"
			}
			fmt.Fprintf(&b, "complete -c greenlet -n '%s' -o %s%s\n", condition, strings.TrimPrefix(f.name, "-"), value)
		}
	}
	flags("__fish_use_subcommand", completionFlags(generateFlags))
	for _, v := range verbList() {
		fmt.Fprintf(&b, "complete -c greenlet -n __fish_use_subcommand -a %s -d '%s'\n", v.name, v.about)
	}
	for _, v := range verbList() {
		condition := "__fish_seen_subcommand_from " + v.name
		flags(condition, v.behind())
		if words := v.words(); words != "" {
			fmt.Fprintf(&b, "complete -c greenlet -n '%s' -f -a '%s'\n", condition, words)
		}
	}
	return b.String()
}
