//! Media sockets: feeds the media machines and sends what they say.
