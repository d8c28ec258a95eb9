//! One media loop: its sockets, its forwarding machine, its orders.
