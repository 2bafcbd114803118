//go:build !race

package integration_test

// raceEnabled says that the worker is built without the race detector.
const raceEnabled = false
