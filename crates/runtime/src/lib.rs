//! Native modules, sys first; import system; start-up and shutdown.
