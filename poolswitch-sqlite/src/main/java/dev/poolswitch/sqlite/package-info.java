/** Keeps what a pool has learned in one SQLite file that several processes may share. */
@NullMarked
package dev.poolswitch.sqlite;

import org.jspecify.annotations.NullMarked;
