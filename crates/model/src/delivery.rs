//! What a viewer is promised about an event.

/// The three delivery classes. ARCHITECTURE.md, "Delivery", says what each promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Delivery {
    /// Class A: must arrive. Never dropped silently; recovered after a reconnect.
    MustArrive,
    /// Class B: in order. Recovered inside the history window; past it the client is told.
    Ordered,
    /// Class C: may be merged or sampled at a stated rate; totals stay exact.
    Mergeable,
}
