//! Why sound cannot be carried over.

/// Why sound cannot be carried over from one codec to the other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TranscodeError {
    /// It is of a codec or form that cannot be decoded here.
    #[error("this sound cannot be decoded: {0}; send AAC-LC or HE-AAC with up to six channels, or Opus")]
    Unsupported(String),
    /// Nothing has made sense for so long that it will not.
    #[error("{0} packets of sound in a row make no sense")]
    Broken(u32),
    /// The encoder does not do what it must.
    #[error("the encoder of sound failed: {0}")]
    Encoder(String),
}
