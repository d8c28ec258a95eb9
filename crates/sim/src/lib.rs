//! A whole evening in virtual time.
