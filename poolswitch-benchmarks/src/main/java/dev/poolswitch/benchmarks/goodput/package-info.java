/** How much of the keys' capacity is used, and at what waste: an open-loop simulation on a clock that is moved by hand. */
@NullMarked
package dev.poolswitch.benchmarks.goodput;

import org.jspecify.annotations.NullMarked;
