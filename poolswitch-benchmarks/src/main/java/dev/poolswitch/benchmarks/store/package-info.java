/** What a store costs the calls, and how fast a pool comes back from it. */
@NullMarked
package dev.poolswitch.benchmarks.store;

import org.jspecify.annotations.NullMarked;
