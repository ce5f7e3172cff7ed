package stamp

import (
	"strconv"
	"strings"
)

// Protocol is the version of what generated code and the runtime say to each other, as
// this generator has it. A generated file names a constant of the runtime, and doesn't
// compile against one that can't run it. Raise it with any change after which code
// generated before would not compile, or not run as it should, and give the runtime
// the constant; remove there those of protocols that it runs no more.
const Protocol = 1

const (
	protocolPrefix = "Protocol"
	protocolSuffix = "_RunGoGenerate"
)

// ProtocolName is the constant of the runtime that says that it runs a protocol. It is what
// the compiler says is undefined, so it names the remedy.
func ProtocolName(protocol int) string {
	return protocolPrefix + strconv.Itoa(protocol) + protocolSuffix
}

// ProtocolOf is the protocol of which name is the constant.
func ProtocolOf(name string) (protocol int, ok bool) {
	rest, ok := strings.CutPrefix(name, protocolPrefix)
	if !ok {
		return 0, false
	}
	digits, ok := strings.CutSuffix(rest, protocolSuffix)
	if !ok {
		return 0, false
	}
	protocol, err := strconv.Atoi(digits)
	return protocol, err == nil && ProtocolName(protocol) == name
}
