//! An RTMP connection, enhanced RTMP included.
