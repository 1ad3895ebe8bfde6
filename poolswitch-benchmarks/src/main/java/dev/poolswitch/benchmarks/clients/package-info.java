/** What the plug-ins add to a call of the bare client, over sockets on the loopback interface. */
@NullMarked
package dev.poolswitch.benchmarks.clients;

import org.jspecify.annotations.NullMarked;
