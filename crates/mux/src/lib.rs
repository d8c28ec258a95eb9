//! Containers: fragmented MP4, FLV and MPEG transport streams.
