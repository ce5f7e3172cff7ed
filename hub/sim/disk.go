package sim

type Disk struct{}

func (d *Disk) losePower() {}
