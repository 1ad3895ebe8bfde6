package dev.poolswitch.http;

import dev.poolswitch.RepeatWatch;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Recognises a request that comes again after the pool has given up on it. Retries above the pool multiply its own: an SDK
 * with two retries over two spent keys makes six calls for nothing, so the pool's owner is told which setting ends that.
 *
 * <p>Evidence, the first that there is:
 *
 * <ol>
 *   <li>a header that counts retries ({@code x-stainless-retry-count} of the SDKs of OpenAI and Anthropic) is above 0, and
 *       the pool gave up something in the last minute (SDKs wait as long as the answer says, up to a minute);
 *   <li>a header that names the request and stays the same when it is repeated ({@code x-ms-client-request-id},
 *       {@code Idempotency-Key}) has the value of a request that was given up in the last minute; with another value it is another request;
 *   <li>for the second time in a row the same thread sends what looks the same, within {@link #LOOP_PATIENCE} after it was
 *       given up, and a known retry loop is on the stack.
 * </ol>
 *
 * <p>The third asks for so much because a program that polls, or sends many alike requests, repeats nothing. So the loops
 * that are on no stack (reactive and asynchronous ones without such headers) and those of the application go unnoticed.
 */
final class StackedRetries {

    /** Loops that know no more than the exception wait for a second or a few. */
    private static final long LOOP_PATIENCE = TimeUnit.SECONDS.toNanos(10);

    private static final int REPETITIONS_OF_A_LOOP = 2;
    private static final String COUNTER = "x-stainless-retry-count";
    private static final String AZURE_NAME = "x-ms-client-request-id";
    private static final List<String> NAMES = List.of(AZURE_NAME, "Idempotency-Key");

    /**
     * Classes that stand on the stack while they repeat, and how to stop them. HttpClient's own is missing because its
     * plug-in keeps it off.
     */
    private static final List<Loop> LOOPS = List.of(
            new Loop(
                    "dev.langchain4j.internal.RetryUtils",
                    "LangChain4j's: call maxRetries(0) on the builder of the model"),
            new Loop("feign.SynchronousMethodHandler", "Feign's: set retryer(Retryer.NEVER_RETRY)"),
            new Loop("org.springframework.retry.", "Spring Retry's: take this call out of @Retryable or RetryTemplate"),
            new Loop("org.springframework.core.retry.", "Spring's: take this call out of @Retryable or RetryTemplate"),
            new Loop("io.github.resilience4j.retry.", "Resilience4j's: do not decorate this call with a Retry"),
            new Loop("dev.failsafe.", "Failsafe's: do not run this call under a RetryPolicy"),
            new Loop("io.smallrye.faulttolerance.core.retry.", "MicroProfile's: take @Retry off this call"));

    private StackedRetries() {}

    /**
     * Looks at a request that begins.
     *
     * @return how often in a row it was given up before
     */
    static int look(RepeatWatch watch, RequestView request, long thread) {
        String count = request.header(COUNTER);
        if (count != null) {
            if (!count.equals("0")) {
                watch.report("The SDK repeats requests that the pool has given up on (" + COUNTER
                        + " is above 0): call maxRetries(0) on the SDK's client builder");
            }
            return 0;
        }
        String name = nameOf(request);
        if (name != null) {
            if (watch.takeStreak(number(request, thread), Long.MAX_VALUE) > 0) {
                watch.report("A request came again after the pool had given up on it, with the same " + name
                        + (name.equals(AZURE_NAME)
                                ? ": give the Azure client retryOptions with maxRetries 0"
                                : ": switch the retries of the layer above off"));
            }
            return 0;
        }
        int streak = request.target().isEmpty() ? 0 : watch.takeStreak(number(request, thread), LOOP_PATIENCE);
        if (streak >= REPETITIONS_OF_A_LOOP) {
            loopOnTheStack()
                    .ifPresent(loop -> watch.report("A request came again and again after the pool had given up"
                            + " on it. The retries are probably " + loop.remedy()));
        }
        return streak;
    }

    /** Remembers a request that the pool gives up on. */
    static void gaveUp(RepeatWatch watch, RequestView request, long thread, int before) {
        watch.gaveUp(number(request, thread), before + 1);
    }

    /** A number that is the same for what counts as the same request. */
    private static long number(RequestView request, long thread) {
        String name = nameOf(request);
        if (name != null) {
            return mixed(name.hashCode(), String.valueOf(request.header(name)).hashCode());
        }
        long place = mixed(thread, request.method().hashCode());
        return mixed(mixed(place, request.target().hashCode()), request.contentLength());
    }

    private static @Nullable String nameOf(RequestView request) {
        for (String name : NAMES) {
            if (request.header(name) != null) {
                return name;
            }
        }
        return null;
    }

    private static Optional<Loop> loopOnTheStack() {
        return StackWalker.getInstance()
                .walk(frames -> frames.map(StackWalker.StackFrame::getClassName)
                        .flatMap(frame -> LOOPS.stream().filter(loop -> frame.startsWith(loop.className())))
                        .findFirst());
    }

    /** Spreads both numbers over all bits (the finisher of MurmurHash3). */
    private static long mixed(long a, long b) {
        long h = a * 0x9E3779B97F4A7C15L + b;
        h = (h ^ (h >>> 33)) * 0xFF51AFD7ED558CCDL;
        h = (h ^ (h >>> 33)) * 0xC4CEB9FE1A85EC53L;
        return h ^ (h >>> 33);
    }

    private record Loop(String className, String remedy) {}
}
