package main

import (
	"strings"
	"testing"
)

// TestVerbs holds that all verbs have help, and that the flags which shells complete are in it.
func TestVerbs(t *testing.T) {
	main, _ := helpText("")
	for _, v := range verbList() {
		text, ok := helpText(v.name)
		if !ok || text == "" {
			t.Errorf("%s has no help", v.name)
		}
		if !strings.Contains(main, v.name) {
			t.Errorf("greenlet help does not tell of %s", v.name)
		}
		if v.about == "" || strings.ContainsAny(v.about, "':\n") {
			t.Errorf("%s: %q cannot be quoted for shells", v.name, v.about)
		}
		switch v.name {
		case "run", "test", "build", "vet":
			continue // they are go's
		}
		for _, f := range completionFlags(v.flags) {
			if !strings.Contains(text, f.name) {
				t.Errorf("the help of %s does not tell of %s", v.name, f.name)
			}
		}
	}
	for _, f := range completionFlags(generateFlags) {
		if f.name != "-h" && !strings.Contains(main, "\n\t"+f.name+" ") {
			t.Errorf("greenlet help does not tell of %s", f.name)
		}
	}
}

// TestPackageName names packages after modules.
func TestPackageName(t *testing.T) {
	for module, want := range map[string]string{
		"example.com/squares": "squares", "example.com/go-walk/v2": "gowalk", "v2": "v2", "example.com/9": "main",
	} {
		if got := packageName(module); got != want {
			t.Errorf("packageName(%q) = %q, want %q", module, got, want)
		}
	}
}
