//! What is printed, and that it comes back out of each of the three.
