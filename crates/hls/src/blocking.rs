//! Blocking reload: a player asks for the playlist that holds a certain segment or part, and waits for it.

use thiserror::Error;

use crate::file::number;

/// What a playlist is asked for with: the delivery directives of its address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ask {
    /// Not before it holds this segment.
    pub msn: Option<u64>,
    /// Not before it holds this part of that segment.
    pub part: Option<u64>,
    /// Without the older segments, which the player has already.
    pub skip: bool,
}

/// Why an address cannot be answered. The sentences are for who writes the player.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum BadAsk {
    /// A directive is not what it must be.
    #[error("{0} takes a whole number, or YES or v2 for _HLS_skip, and may stand once")]
    Directive(&'static str),
    /// A part without its segment.
    #[error("_HLS_part needs _HLS_msn")]
    PartAlone,
}

/// The answer to a reload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reload<T> {
    /// Here it is.
    Ready(T),
    /// It will hold what is asked for, but not before this part of this segment.
    NotBefore {
        /// The segment's media sequence number.
        msn: u64,
        /// The part's place in it; `None` where the whole segment is waited for.
        part: Option<u64>,
    },
    /// So far ahead that it is an error of the player's.
    TooFar,
}

impl Ask {
    /// Reads the directives of a query. What is not a directive is left to others, as the protocol says.
    pub fn parse(query: &str) -> Result<Ask, BadAsk> {
        let mut ask = Ask::default();
        let mut skip = None;
        for (name, value) in query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, ""))) {
            match name {
                "_HLS_msn" => once(&mut ask.msn, number(value), "_HLS_msn")?,
                "_HLS_part" => once(&mut ask.part, number(value), "_HLS_part")?,
                "_HLS_skip" => {
                    once(&mut skip, matches!(value, "YES" | "v2").then_some(true), "_HLS_skip")?;
                }
                _ => {}
            }
        }
        if ask.part.is_some() && ask.msn.is_none() {
            return Err(BadAsk::PartAlone);
        }
        Ok(Ask { skip: skip.is_some(), ..ask })
    }
}

fn once<T>(place: &mut Option<T>, value: Option<T>, name: &'static str) -> Result<(), BadAsk> {
    if place.is_some() || value.is_none() {
        return Err(BadAsk::Directive(name));
    }
    *place = value;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_are_read() {
        let ask = |msn, part, skip| Ok(Ask { msn, part, skip });
        assert_eq!(Ask::parse(""), ask(None, None, false));
        assert_eq!(Ask::parse("_HLS_msn=7"), ask(Some(7), None, false));
        assert_eq!(Ask::parse("a=b&_HLS_msn=7&_HLS_part=0&_HLS_skip=v2"), ask(Some(7), Some(0), true));
        assert_eq!(Ask::parse("_HLS_skip=YES&utm"), ask(None, None, true));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        assert_eq!(Ask::parse("_HLS_part=1"), Err(BadAsk::PartAlone));
        for bad in ["_HLS_msn=", "_HLS_msn=-1", "_HLS_msn=1&_HLS_msn=1", "_HLS_msn=01", "_HLS_msn=0x7"] {
            assert_eq!(Ask::parse(bad), Err(BadAsk::Directive("_HLS_msn")), "{bad}");
        }
        assert_eq!(Ask::parse("_HLS_msn=1&_HLS_part=x"), Err(BadAsk::Directive("_HLS_part")));
        assert_eq!(Ask::parse("_HLS_skip=NO"), Err(BadAsk::Directive("_HLS_skip")));
    }
}
