package funcval

// Self is the value of the generated type that the function value fn was made of by [Bind],
// or nil.
func Self(fn any) any {
	f := Of(fn)
	if f == nil {
		return nil
	}
	if e := known.Load().find(f.pc); e == nil || e.plain || e.self != nil || e.method != nil {
		return nil
	}
	return f.closure.self
}
