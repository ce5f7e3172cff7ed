package sim

// Page is a page of the run.
func (f *Failure) Page() []byte { return nil }
