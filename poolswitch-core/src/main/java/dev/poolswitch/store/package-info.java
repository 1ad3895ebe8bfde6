/** What survives a restart: ids, instants and counters, never a secret. */
@NullMarked
package dev.poolswitch.store;

import org.jspecify.annotations.NullMarked;
