/** What PoolSwitch costs, measured. */
@NullMarked
package dev.poolswitch.benchmarks;

import org.jspecify.annotations.NullMarked;
