package p

//greenlet:resumeable
func f() {}
