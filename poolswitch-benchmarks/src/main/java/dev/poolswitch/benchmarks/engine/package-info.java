/** What taking and ending a lease costs, beside the floor and beside libraries that guard a single key. */
@NullMarked
package dev.poolswitch.benchmarks.engine;

import org.jspecify.annotations.NullMarked;
