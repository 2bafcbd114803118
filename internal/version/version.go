// Package version is the one place that says which version this is.
package version

// Number is told by --version and getVersion. The packages for other languages
// repeat it; release/build writes it there, and a test of release compares them.
const Number = "0.1.0"
