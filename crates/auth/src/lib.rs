//! Who is this: passwords, sessions, stream keys.
