package schema

// cyclesOf numbers the strongly connected components of a graph (R. Tarjan, Depth-
// first search and linear graph algorithms, 1972): two nodes have the same number
// if each can be reached from the other.
func cyclesOf(nodes []string, next func(string) []string) map[string]int {
	number, index, low := map[string]int{}, map[string]int{}, map[string]int{}
	var open []string
	var visit func(string)
	visit = func(node string) {
		index[node] = len(index) + 1
		low[node] = index[node]
		open = append(open, node)
		for _, to := range next(node) {
			if index[to] == 0 {
				visit(to)
			}
			if number[to] == 0 {
				low[node] = min(low[node], low[to])
			}
		}
		if low[node] != index[node] {
			return
		}
		for last := ""; last != node; {
			last = open[len(open)-1]
			open = open[:len(open)-1]
			number[last] = index[node]
		}
	}
	for _, node := range nodes {
		if index[node] == 0 {
			visit(node)
		}
	}
	return number
}
