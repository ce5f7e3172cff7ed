// Package unconcerned does all that is reported elsewhere, and knows nothing of
// greenlets.
package unconcerned

import "time"

func Yield(int) {}

func f(c chan int) {
	Yield(1)
	time.Sleep(1)
	<-c
}
