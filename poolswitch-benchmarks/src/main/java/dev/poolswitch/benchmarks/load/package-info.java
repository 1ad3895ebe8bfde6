/** What waits and what rests: herds at an exhausted pool, memory, threads. */
@NullMarked
package dev.poolswitch.benchmarks.load;

import org.jspecify.annotations.NullMarked;
