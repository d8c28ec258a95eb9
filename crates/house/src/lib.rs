//! Runs rooms: one task each, and the one order in which things happen to what is said.
//!
//! **Written, then shown, then answered.** A room's task takes what has gathered in its inbox, puts it to the
//! room, appends what came of it to the log in one transaction, publishes it, and only then answers. What was
//! answered yes is on disk; what was shown is written.
//!
//! The house knows no wire and no database: [`Encode`] and [`Audience`] are implemented above it, `store::Store` below.

mod audience;
mod clock;
mod encode;
mod handle;
mod ids;
mod loaded;
mod registry;
mod reply;
mod room_actor;
mod welcome;

pub use audience::{Audience, Farewell};
pub use clock::{Clock, VirtualClock, WallClock};
pub use encode::{Encode, Shown, TickParts};
pub use handle::{INBOX_MAX, RoomHandle, RoomInfo};
pub use ids::{Ids, RandomIds};
pub use registry::{OpenError, RoomRegistry};
pub use reply::{Done, Reply, SendError};
pub use welcome::{Resume, Welcome};
