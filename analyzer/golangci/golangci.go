// Package golangci is the analyzer in the form in which golangci-lint takes it. A
// module plugin registers New, in a package of the plugin's own:
//
//	package plugin
//
//	import (
//		"github.com/golangci/plugin-module-register/register"
//		"golang.org/x/tools/go/analysis"
//
//		"github.com/going-green/greenlet/analyzer/golangci"
//	)
//
//	func init() {
//		register.Plugin("greenlet", func(settings any) (register.LinterPlugin, error) {
//			list, err := golangci.New(settings)
//			return linter(list), err
//		})
//	}
//
//	type linter []*analysis.Analyzer
//
//	func (l linter) BuildAnalyzers() ([]*analysis.Analyzer, error) { return l, nil }
//	func (linter) GetLoadMode() string                             { return register.LoadModeTypesInfo }
//
// This package does not do so itself, as that would be a dependency.
package golangci

import (
	"fmt"

	"golang.org/x/tools/go/analysis"

	"github.com/going-green/greenlet/analyzer"
)

// New is the analyzer as the settings of .golangci.yml say: nil, or a map in
// which skip is a list of codes.
func New(settings any) ([]*analysis.Analyzer, error) {
	a := analyzer.Analyzer
	m, ok := settings.(map[string]any)
	if !ok && settings != nil {
		return nil, fmt.Errorf("greenlet: the settings are a %T, not a map", settings)
	}
	for key, v := range m {
		list, ok := v.([]any)
		if key != "skip" || !ok {
			return nil, fmt.Errorf("greenlet: %s is no setting; the only one is skip, a list of codes", key)
		}
		codes := ""
		for _, code := range list {
			codes += fmt.Sprint(code) + ","
		}
		if err := a.Flags.Set("skip", codes); err != nil {
			return nil, fmt.Errorf("greenlet: %w", err)
		}
	}
	return []*analysis.Analyzer{a}, nil
}
