/** What a test of an adapter, a store or an application needs: a clock that stands still, and checks of what is left. */
@NullMarked
package dev.poolswitch.testkit;

import org.jspecify.annotations.NullMarked;
