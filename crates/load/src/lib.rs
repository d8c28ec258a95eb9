//! Loopback load with the clients' own code.
