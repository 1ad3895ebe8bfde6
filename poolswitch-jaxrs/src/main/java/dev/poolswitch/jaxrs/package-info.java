/** Key pools for Jakarta REST clients. */
@NullMarked
package dev.poolswitch.jaxrs;

import org.jspecify.annotations.NullMarked;
