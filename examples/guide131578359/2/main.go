package main

import (
	"fmt"

	greenlet "github.com/going-green/greenlet/runtime"
)

//greenlet:resumable
func average(name string) {
	sum, n := 0.0, 0
	message := name + ": no values"
	for {
		sum, n = sum+greenlet.Exchange[float64](message), n+1
		message = fmt.Sprintf("%s: %g of %d", name, sum/float64(n), n)
	}
}

func main() {
	mean := greenlet.Exchanger(newAverageFrame("mean"))
	defer mean.Stop()
	fmt.Println(mean.Next())
	for _, x := range []float64{10, 20, 60} {
		fmt.Println(mean.Send(x))
	}
}
