/**
 * What an adapter or a store must pass: {@link dev.poolswitch.testkit.HttpClientContract} for HTTP clients,
 * {@link dev.poolswitch.testkit.KeyStateStoreContract} for stores, a clock that stands still, and the check that nothing
 * leaks.
 */
@NullMarked
package dev.poolswitch.testkit;

import org.jspecify.annotations.NullMarked;
