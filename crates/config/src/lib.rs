//! Every setting, documented once.
