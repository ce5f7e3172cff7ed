package explain

import "slices"

// Layout: where the nodes of a graph go on a page. States are numbered in the order of
// the source, so an edge to a lower number is a way back. The others give the layers:
// each node is below all that lead to it. An edge to the next layer goes straight
// there. One that passes layers has a lane beside them, on the right; the ways back
// have theirs on the left. That keeps the nodes in columns, as the source has them,
// where bends between the nodes, the usual way, push them about.

// Sizes in pixels.
const (
	nodeWidth  = 210
	nodeHeight = 40
	endWidth   = 74 // of start, unwind, return
	endHeight  = 26
	gapX       = 24
	gapY       = 26
	lane       = 13
	margin     = 10
)

// Limits of what is worth to look at.
const (
	maxDrawnStates = 150
	maxDrawnEdges  = 600
)

// drawing is a graph with places. Nodes are those of Explanation.nodes, in their order.
type drawing struct {
	nodes         []*place
	edges         []*path
	width, height float64
}

// place is a node; x and y are its middle.
type place struct {
	name     string
	x, y     float64
	w, h     float64
	layer    int
	up, down []*place // neighbours in the layers beside
	weight   float64
}

// path is an edge.
type path struct {
	Edge
	from, to *place
	lane     float64 // its x, of an edge that is not to the next layer
}

// direct reports whether the edge needs no lane.
func (p *path) direct() bool { return p.to.layer == p.from.layer+1 }

// layout lays out the graph of x. It is false if that is too large.
func layout(x *Explanation) (*drawing, bool) {
	if x.Graph.Omitted != "" || len(x.States) > maxDrawnStates || len(x.Graph.Edges) > maxDrawnEdges {
		return nil, false
	}
	d := &drawing{}
	order := map[string]int{}
	for i, name := range x.nodes() {
		p := &place{name: name, w: nodeWidth, h: nodeHeight}
		if x.state(name) == nil {
			p.w, p.h = endWidth, endHeight
		}
		d.nodes = append(d.nodes, p)
		order[name] = i
	}
	for _, e := range x.Graph.Edges {
		d.edges = append(d.edges, &path{Edge: e, from: d.nodes[order[e.From]], to: d.nodes[order[e.To]]})
	}
	// Those that go down are sorted by where they begin: above are layers already.
	for _, e := range d.edges {
		if order[e.To] > order[e.From] {
			e.to.layer = max(e.to.layer, e.from.layer+1)
		}
	}
	var layers [][]*place
	for _, p := range d.nodes {
		for len(layers) <= p.layer {
			layers = append(layers, nil)
		}
		layers[p.layer] = append(layers[p.layer], p)
	}
	for _, e := range d.edges {
		if e.direct() {
			e.from.down, e.to.up = append(e.from.down, e.to), append(e.to.up, e.from)
		}
	}
	arrange(layers)
	d.place(layers)
	return d, true
}

func up(p *place) []*place   { return p.up }
func down(p *place) []*place { return p.down }

// arrange orders each layer by the means of its neighbours' places, down and up a few
// times, so that fewer edges cross.
func arrange(layers [][]*place) {
	sweep := func(layer []*place, neighbours func(*place) []*place) {
		for i, p := range layer {
			p.x = float64(i)
			p.weight = mean(neighbours(p), p.x)
		}
		slices.SortStableFunc(layer, func(a, b *place) int {
			switch {
			case a.weight < b.weight:
				return -1
			case a.weight > b.weight:
				return 1
			}
			return 0
		})
		for i, p := range layer {
			p.x = float64(i)
		}
	}
	for range 4 {
		for _, l := range layers {
			sweep(l, up)
		}
		for _, l := range slices.Backward(layers) {
			sweep(l, down)
		}
	}
}

func mean(list []*place, none float64) float64 {
	if len(list) == 0 {
		return none
	}
	sum := 0.0
	for _, p := range list {
		sum += p.x
	}
	return sum / float64(len(list))
}

// place gives the nodes their places, each as near to its neighbours as those beside it
// let it, and the edges their lanes.
func (d *drawing) place(layers [][]*place) {
	y := float64(margin)
	for _, l := range layers {
		tallest := 0.0
		for i, p := range l {
			tallest = max(tallest, p.h)
			p.x = (float64(i) - float64(len(l)-1)/2) * (nodeWidth + gapX)
		}
		for _, p := range l {
			p.y = y + tallest/2
		}
		y += tallest + gapY
	}
	for range 6 {
		for _, l := range layers {
			settle(l, up)
		}
		for _, l := range slices.Backward(layers) {
			settle(l, down)
		}
	}
	left, right := d.lanes(len(layers))
	for _, p := range d.nodes {
		p.x += margin - left
	}
	for _, e := range d.edges {
		e.lane += margin - left
	}
	d.width, d.height = right-left+2*margin, y-gapY+margin
}

// settle moves the places of a layer to the means of their neighbours. Pushed apart to
// the right they keep their distance, and pushed to the left as well, so halfway
// between they do, too.
func settle(layer []*place, neighbours func(*place) []*place) {
	n := len(layer)
	right, left := make([]float64, n), make([]float64, n)
	for i, p := range layer {
		right[i] = mean(neighbours(p), p.x)
		left[i] = right[i]
		if i > 0 {
			right[i] = max(right[i], right[i-1]+(layer[i-1].w+p.w)/2+gapX)
		}
	}
	for i := n - 2; i >= 0; i-- {
		left[i] = min(left[i], left[i+1]-(layer[i].w+layer[i+1].w)/2-gapX)
	}
	for i, p := range layer {
		p.x = (right[i] + left[i]) / 2
	}
}

// lanes finds the lanes, the shortest first, each beside all that it passes; it returns
// how far the drawing goes to both sides.
func (d *drawing) lanes(layers int) (left, right float64) {
	// How far each layer goes to the sides, so far.
	lefts, rights := make([]float64, layers), make([]float64, layers)
	for _, p := range d.nodes {
		lefts[p.layer] = min(lefts[p.layer], p.x-p.w/2)
		rights[p.layer] = max(rights[p.layer], p.x+p.w/2)
	}
	length := func(e *path) int { return max(e.to.layer-e.from.layer, e.from.layer-e.to.layer) }
	sorted := slices.Clone(d.edges)
	slices.SortStableFunc(sorted, func(a, b *path) int { return length(a) - length(b) })
	for _, e := range sorted {
		if e.direct() {
			continue
		}
		side, sign := rights, 1.0
		if e.to.layer < e.from.layer {
			side, sign = lefts, -1
		}
		top, bottom := min(e.from.layer, e.to.layer), max(e.from.layer, e.to.layer)
		far := 0.0
		for _, x := range side[top : bottom+1] {
			far = max(far, sign*x)
		}
		e.lane = sign * (far + lane)
		for i := top; i <= bottom; i++ {
			side[i] = e.lane
		}
	}
	return slices.Min(lefts), slices.Max(rights)
}
