/** How figures become the tables of docs/performance.md. */
@NullMarked
package dev.poolswitch.benchmarks.report;

import org.jspecify.annotations.NullMarked;
