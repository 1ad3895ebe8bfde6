/** Key pools: several API keys that behave as one key that is as large as all of them together. */
@NullMarked
package dev.poolswitch;

import org.jspecify.annotations.NullMarked;
