/** A pool described by a JSON file or by environment variables. */
@NullMarked
package dev.poolswitch.config;

import org.jspecify.annotations.NullMarked;
