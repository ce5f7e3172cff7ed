package p

//greenlet:resumable
func g(f func()) { f() }
