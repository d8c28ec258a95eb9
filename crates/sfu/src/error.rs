//! Why the machine would not.

use thiserror::Error;

use crate::OfferError;

/// A refusal, in words for who operates the other end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SfuError {
    /// The text is no offer that can be answered.
    #[error("{0}")]
    BadOffer(String),
    /// It is longer than is read.
    #[error("it is longer than {0} bytes")]
    TooLong(usize),
    /// Nothing in it is known here.
    #[error("no codec in it is known here")]
    NoCommonCodec,
    /// There are as many viewers as may be.
    #[error("there is no room for another viewer")]
    Full,
    /// No such peer.
    #[error("there is no such peer")]
    NoSuchPeer,
}

impl From<OfferError> for SfuError {
    fn from(error: OfferError) -> SfuError {
        SfuError::BadOffer(error.to_string())
    }
}
