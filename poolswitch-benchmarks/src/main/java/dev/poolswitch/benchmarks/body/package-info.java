/** What reading the token usage out of passing bodies costs. */
@NullMarked
package dev.poolswitch.benchmarks.body;

import org.jspecify.annotations.NullMarked;
