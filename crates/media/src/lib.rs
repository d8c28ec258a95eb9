//! What flows: coded frames and what a codec says of itself.
