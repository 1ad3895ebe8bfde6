/** Key pools for OkHttp clients. */
@NullMarked
package dev.poolswitch.okhttp;

import org.jspecify.annotations.NullMarked;
