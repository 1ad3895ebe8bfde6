/** Key pools for Apache HttpClient 5, classic and asynchronous. */
@NullMarked
package dev.poolswitch.httpclient5;

import org.jspecify.annotations.NullMarked;
