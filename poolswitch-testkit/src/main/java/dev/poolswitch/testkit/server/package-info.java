/**
 * An HTTP/1.1 server on the loopback interface that answers as a test says it should, well-behaved or not.
 *
 * <p>{@link dev.poolswitch.testkit.server.ScriptedServer} plays {@linkplain dev.poolswitch.testkit.server.Reply
 * replies}, down to resets in the middle of a body, and records what it was asked.
 * {@link dev.poolswitch.testkit.server.FakeProvider} is built upon it and behaves like the API of a language-model
 * provider with keys, limits and quotas. Nothing in here prints or logs a key.
 */
@NullMarked
package dev.poolswitch.testkit.server;

import org.jspecify.annotations.NullMarked;
