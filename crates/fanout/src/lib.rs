//! Who hears what, and catching up.
