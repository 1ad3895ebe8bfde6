/** The transport-neutral exchange that every HTTP client adapter drives. */
@NullMarked
package dev.poolswitch.http;

import org.jspecify.annotations.NullMarked;
