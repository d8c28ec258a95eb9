//! Bullet comments: how they look, and how often one may send them.

/// How a danmaku moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mode {
    /// From right to left.
    Scroll,
    /// Still, at the top.
    Top,
    /// Still, at the bottom.
    Bottom,
}

/// How large a danmaku is drawn, relative to the viewer's own setting.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Size {
    /// Three quarters of the viewer's size.
    Small,
    /// The viewer's size.
    Normal,
    /// A third larger.
    Large,
}

/// A colour, 0xRRGGBB.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Colour(u32);

impl Colour {
    /// White, the default.
    pub const WHITE: Colour = Colour(0xFF_FF_FF);

    /// A colour from 0xRRGGBB; `None` above 0xFFFFFF.
    pub fn from_rgb(rgb: u32) -> Option<Colour> {
        (rgb <= 0xFF_FF_FF).then_some(Colour(rgb))
    }

    /// 0xRRGGBB.
    pub fn rgb(self) -> u32 {
        self.0
    }
}

/// The send-rate curve f(Δt) = f_max / (1 + e^(-Δt/τ)): the rate at which a viewer's allowance refills Δt after
/// their last danmaku. Half of f_max in a burst, all of it after a pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DanmakuCurve {
    /// f_max in danmaku per minute, 1 to 600.
    pub per_minute_max: u32,
    /// τ in milliseconds, 100 to 600,000.
    pub tau_ms: u32,
}

impl Default for DanmakuCurve {
    /// One a second after a pause, one in two seconds in a burst; a pause is some ten seconds.
    fn default() -> DanmakuCurve {
        DanmakuCurve { per_minute_max: 60, tau_ms: 5_000 }
    }
}
