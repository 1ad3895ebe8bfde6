package dev.poolswitch.testkit;

import dev.poolswitch.KeyPlacement;
import dev.poolswitch.Origin;
import dev.poolswitch.http.Attempt;
import dev.poolswitch.testkit.server.Header;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.ConnectException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Sends a request and follows its redirects; the key is written for each hop, after a look at its origin. */
final class JdkHops {

    private static final int MOST_REDIRECTS = 10;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);
    private static final List<String> CREDENTIALS = List.of("authorization", "x-api-key", "api-key", "x-goog-api-key");

    private final JdkClient client;
    private final TestRequest request;
    private final long deadline;
    private volatile boolean cancelled;
    private volatile boolean bodyWasOpened;
    private volatile @Nullable CompletableFuture<?> running;
    private volatile @Nullable InputStream body;

    JdkHops(JdkClient client, TestRequest request) {
        this.client = client;
        this.request = request;
        this.deadline = request.timeout() == null
                ? Long.MAX_VALUE
                : System.nanoTime() + request.timeout().toNanos();
    }

    boolean isCancelled() {
        return cancelled;
    }

    boolean bodyWasOpened() {
        return bodyWasOpened;
    }

    void cancel() {
        cancelled = true;
        CompletableFuture<?> now = running;
        if (now != null) {
            now.cancel(true);
        }
        InputStream reading = body;
        if (reading != null) {
            try {
                reading.close();
            } catch (IOException e) {
                // Given up all the same.
            }
        }
    }

    JdkAnswer send(@Nullable Attempt attempt) throws IOException {
        URI url = request.url();
        if (attempt != null) {
            URI elsewhere = attempt.redirected(url.getRawPath(), url.getRawQuery());
            url = elsewhere == null ? url : elsewhere;
        }
        for (int redirects = 0; ; redirects++) {
            JdkAnswer answer = hop(url, attempt);
            String location = answer.header("Location");
            if (!client.followsRedirects() || location == null || !REDIRECTS.contains(answer.status())) {
                return answer;
            }
            answer.close();
            if (redirects == MOST_REDIRECTS) {
                throw new IOException("too many redirects");
            }
            url = url.resolve(location);
        }
    }

    private JdkAnswer hop(URI url, @Nullable Attempt attempt) throws IOException {
        boolean own = attempt != null && attempt.mayCarryKey(url.getScheme(), url.getHost(), port(url));
        boolean carries = own || (attempt != null && client.has(Defect.KEY_FOLLOWS_REDIRECTS));
        URI target = attempt != null && attempt.placement().inQuery() ? withKey(url, attempt, carries) : url;
        HttpRequest.Builder builder = HttpRequest.newBuilder(target);
        for (Header header : request.headers()) {
            if (header.is("Expect")) {
                builder.expectContinue(true);
            } else if (attempt == null || !replaced(header.name(), attempt)) {
                builder.header(header.name(), header.value());
            }
        }
        if (attempt != null && carries && !attempt.placement().inQuery()) {
            builder.setHeader(attempt.placement().name(), attempt.credential());
        }
        builder.timeout(patience());
        builder.method(request.method(), publisher());
        if (request.body() != null) {
            builder.header("Content-Type", request.body().contentType());
        }
        if (attempt != null && !own && !client.has(Defect.FOREIGN_ANSWERS_COUNT)) {
            attempt.leaving();
        }
        HttpResponse<InputStream> response;
        try {
            response = sent(builder.build());
        } catch (ConnectException e) {
            throw e;
        } catch (IOException e) {
            written(attempt, own);
            throw e;
        }
        written(attempt, own);
        Object shown = client.has(Defect.KEY_IN_THE_REQUEST)
                ? response.request().headers().map()
                : request.url();
        boolean counts = attempt == null || own || client.has(Defect.FOREIGN_ANSWERS_COUNT);
        JdkAnswer answer = new JdkAnswer(client, request.method(), response, counts ? attempt : null, shown);
        body = answer.body();
        if (cancelled) {
            // Whoever cancelled may have come before there was a body to close.
            answer.close();
        }
        return client.has(Defect.BODY_IS_BUFFERED) ? answer.buffered() : answer;
    }

    private static void written(@Nullable Attempt attempt, boolean own) {
        if (attempt != null && own) {
            attempt.sending();
        }
    }

    private boolean replaced(String header, Attempt attempt) {
        boolean credential = CREDENTIALS.contains(header.toLowerCase(Locale.ROOT));
        return (credential && !client.has(Defect.PLACEHOLDERS_STAY))
                || header.equalsIgnoreCase(attempt.placement().name());
    }

    private Duration patience() throws IOException {
        Duration patience = client.readTimeout();
        if (deadline == Long.MAX_VALUE) {
            return patience;
        }
        long left = deadline - System.nanoTime();
        if (left <= 0) {
            throw new InterruptedIOException("the call's time is over");
        }
        return Duration.ofNanos(Math.min(left, patience.toNanos()));
    }

    private HttpRequest.BodyPublisher publisher() {
        TestBody content = request.body();
        if (content == null) {
            return HttpRequest.BodyPublishers.noBody();
        }
        if (!content.isOneShot()) {
            return HttpRequest.BodyPublishers.ofByteArray(content.bytes());
        }
        HttpRequest.BodyPublisher stream = HttpRequest.BodyPublishers.ofInputStream(() -> {
            bodyWasOpened = true;
            return content.open();
        });
        boolean empty = bodyWasOpened && client.has(Defect.ONE_SHOT_BODIES_ARE_SENT_AGAIN);
        return content.length() < 0 || empty
                ? stream
                : HttpRequest.BodyPublishers.fromPublisher(stream, content.length());
    }

    private HttpResponse<InputStream> sent(HttpRequest hop) throws IOException {
        CompletableFuture<HttpResponse<InputStream>> future =
                client.http().sendAsync(hop, HttpResponse.BodyHandlers.ofInputStream());
        running = future;
        if (cancelled) {
            future.cancel(true);
        }
        try {
            return future.get();
        } catch (InterruptedException e) {
            future.cancel(true);
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted");
        } catch (CancellationException e) {
            throw new IOException("cancelled", e);
        } catch (ExecutionException e) {
            throw unwrapped(e);
        }
    }

    private static IOException unwrapped(ExecutionException e) {
        if (e.getCause() instanceof HttpTimeoutException timeout) {
            SocketTimeoutException usual = new SocketTimeoutException(timeout.getMessage());
            usual.initCause(timeout);
            return usual;
        }
        return e.getCause() instanceof IOException io ? io : new IOException(e.getCause());
    }

    private static URI withKey(URI url, Attempt attempt, boolean carries) {
        KeyPlacement placement = attempt.placement();
        String query = url.getRawQuery();
        String others = query == null
                ? ""
                : Arrays.stream(query.split("&"))
                        .filter(part -> !part.startsWith(placement.name() + "="))
                        .collect(Collectors.joining("&"));
        String key = carries ? placement.name() + "=" + attempt.credential() : "";
        String joined = others.isEmpty() || key.isEmpty() ? others + key : others + "&" + key;
        return URI.create(url.getScheme() + "://" + url.getRawAuthority() + url.getRawPath()
                + (joined.isEmpty() ? "" : "?" + joined));
    }

    private static int port(URI url) {
        return url.getPort() < 0 ? Origin.defaultPort(url.getScheme()) : url.getPort();
    }
}
