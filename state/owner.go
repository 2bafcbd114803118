package state

// owner is what streams belong to: a connection, or a server for the calls that were
// accepted from it.
type owner struct {
	id     string
	serves bool  // it is a server
	uses   tally // requests that use it

	// Guarded by State.mu.
	closing bool // what is read now comes after its close
	streams map[*stream]struct{}
}

func newOwner(id string, serves bool) owner {
	return owner{id: id, serves: serves, streams: map[*stream]struct{}{}}
}

// leave ends a use of the owner.
func (o *owner) leave() { o.uses.done() }

// isVacant tells whether the id may be given to another.
func (o *owner) isVacant() bool { return o.closing }

// isClosing tells whether requests that are read now come after the close.
func (o *owner) isClosing() bool { return o.closing }
