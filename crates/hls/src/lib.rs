//! Low-latency HLS: what is packaged, and the playlists that say so.
