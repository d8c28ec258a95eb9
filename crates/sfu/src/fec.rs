//! Forward error correction: packets that let a receiver work out others that were lost, without asking.

mod flexfec;
mod parity;
mod repair;
mod scheme;
mod ulpfec;

pub use flexfec::{FlexFecError, FlexFecHeader, recover_flexfec};
pub use repair::{Protected, Repair, RepairStream};
pub use scheme::{Grouping, Scheme};
pub use ulpfec::{UlpFecDecoder, UlpFecHeader, UlpPacket};

/// The farthest a mask reaches: 15 packets in its short part, 31 more in the next.
pub const SPAN_MAX: u64 = 46;
