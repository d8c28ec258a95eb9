//! One media loop: its sockets, its forwarding machine, its orders.

use tokio::sync::mpsc::Receiver;

use crate::{MediaConfig, MediaFact, MediaHandle};

pub(crate) fn start(_config: &MediaConfig) -> std::io::Result<(MediaHandle, Receiver<MediaFact>)> {
    Err(std::io::ErrorKind::Unsupported.into())
}
