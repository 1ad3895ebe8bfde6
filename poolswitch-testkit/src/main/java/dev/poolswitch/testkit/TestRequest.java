package dev.poolswitch.testkit;

import dev.poolswitch.http.CallOptions;
import dev.poolswitch.testkit.server.Header;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A request for a client under test. Immutable; each {@code with…} method returns a copy.
 *
 * @param method the method in upper case
 * @param url the absolute URL
 * @param headers the header lines, {@code Content-Type} excluded
 * @param body the body; {@code null} for none
 * @param options hints for the plug-in; {@code null} for a request that carries none
 * @param timeout how long the whole call may take; {@code null} when the caller does not say
 */
public record TestRequest(
        String method,
        URI url,
        List<Header> headers,
        @Nullable TestBody body,
        @Nullable CallOptions options,
        @Nullable Duration timeout) {

    public TestRequest {
        headers = List.copyOf(headers);
    }

    /** A GET. */
    public static TestRequest get(URI url) {
        return of("GET", url);
    }

    /** A POST. */
    public static TestRequest post(URI url, TestBody body) {
        return new TestRequest("POST", url, List.of(), body, null, null);
    }

    /** A request without a body. */
    public static TestRequest of(String method, URI url) {
        return new TestRequest(method, url, List.of(), null, null, null);
    }

    /** A copy with one more header line. */
    public TestRequest withHeader(String name, String value) {
        List<Header> more = new ArrayList<>(headers);
        more.add(new Header(name, value));
        return new TestRequest(method, url, more, body, options, timeout);
    }

    /** A copy with hints. */
    public TestRequest withOptions(CallOptions hints) {
        return new TestRequest(method, url, headers, body, hints, timeout);
    }

    /** A copy with a limit for the whole call. */
    public TestRequest withTimeout(Duration limit) {
        return new TestRequest(method, url, headers, body, options, limit);
    }
}
