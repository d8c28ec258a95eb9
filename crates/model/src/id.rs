//! Identities, each its own type so that none can be passed for another.

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u64);

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id! {
    /// A room, for as long as its database lives. At most 2^53 - 1, so that a browser's numbers hold it.
    RoomId
}
id! {
    /// A person on this server, registered or guest: the same id across tabs, visits and, when a guest
    /// registers, before and after. At most 2^53 - 1.
    ParticipantId
}
id! {
    /// One open line to a room (a WebSocket or an event stream). A person with three tabs has three.
    /// Unique while the process runs, never stored.
    ConnectionId
}
id! {
    /// One show: from the moment the host goes live until it ends, pauses of the publisher included.
    ShowId
}
id! {
    /// One media track of a publisher. Unique while the process runs, never stored.
    TrackId
}
id! {
    /// The key a client puts on a command, so that the same command sent twice counts once.
    /// Drawn at random by the client, per command; at most 2^53 - 1.
    ClientKey
}
