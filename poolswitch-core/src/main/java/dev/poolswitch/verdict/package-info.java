/** What an answer means: kind, scope, and how long to keep away. */
@NullMarked
package dev.poolswitch.verdict;

import org.jspecify.annotations.NullMarked;
