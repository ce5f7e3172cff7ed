package diag

// A Code names a kind of diagnostic. It never changes its meaning and is not
// used again once withdrawn, so that it can be searched for.
type Code string
